// The counter session of this computer, which its pages and windows share: where it is kept, its headers, its
// sign of life.

import { attempt } from "../shared/stored.js";

const SIGN_OF_LIFE_EVERY_MS = 20_000;

/**
 * The stored session of one hall: {key, stored, keep, last, remember, headers, live}. The stored value is
 * {counter, session, mark}: the active place, the id of its session and its public mark. `last()` is the
 * counter and profile opened last on this computer, `remember({counter, profile})` keeps them.
 */
export function sessionStore(hall) {
  const key = `parvis.console.${hall}`;

  const lastKey = `parvis.last-counter.${hall}`;
  const parsed = (name) => attempt(() => JSON.parse(localStorage.getItem(name) ?? "null")) ?? {};
  const stored = () => parsed(key);

  return {
    key,
    stored,
    keep: (values) => localStorage.setItem(key, JSON.stringify(values)),
    last: () => parsed(lastKey),
    remember: (values) => localStorage.setItem(lastKey, JSON.stringify(values)),
    headers() {
      const { counter, session } = stored();
      return session ? { "X-Counter-Session": session, "X-Counter": counter } : {};
    },
    /**
     * Keeps the lease through a page's socket; `lost` is called when the session no longer holds its counter.
     * Answers the sign itself.
     */
    live(socket, lost) {
      const sign = () => {
        const { counter, session } = stored();
        if (session && socket.connected)
          socket.emit("counter.keep", { counter, session }, (isHeld) => {
            if (isHeld === false) lost();
          });
      };
      setInterval(sign, SIGN_OF_LIFE_EVERY_MS);
      return sign;
    },
  };
}
