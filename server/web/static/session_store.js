// The counter session of this computer, which its pages and windows share: where it is kept, its headers, its sign of life.

const SIGN_OF_LIFE_EVERY_MS = 20_000;

/** Of one hall: {key, stored, keep, headers, live}. What is stored is {counter, session}, the active place and its session. */
export function sessionStore(hall) {
  const key = `parvis.console.${hall}`;

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  }

  return {
    key,
    stored,
    keep: (values) => localStorage.setItem(key, JSON.stringify(values)),
    headers() {
      const { counter, session } = stored();
      return session ? { "X-Counter-Session": session, "X-Counter": counter } : {};
    },
    /** Keeps the lease through a page's socket; `lost` is called when the session no longer holds its counter. Answers the sign itself. */
    live(socket, lost) {
      const sign = () => {
        const { counter, session } = stored();
        if (session && socket.connected) socket.emit("counter.keep", { counter, session }, (isHeld) => { if (isHeld === false) lost(); });
      };
      setInterval(sign, SIGN_OF_LIFE_EVERY_MS);
      return sign;
    },
  };
}
