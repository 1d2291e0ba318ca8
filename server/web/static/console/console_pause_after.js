// The break that begins once the person at the counter has left: kept by this window with the session and the
// person it was chosen for.

import { attempt } from "../shared/stored.js";

/**
 * Answers {reasonIn, choose, forget, takeDue}. The wish outlives a reload of the page, and ends with the
 * session of the counter.
 *
 * `hall` is its slug, `session()` the id of the session of this computer; `storage` is passed in by tests.
 */
export function createPauseAfter(hall, session, storage = globalThis.sessionStorage) {
  const key = `parvis.console.pause_after.${hall}`;

  const forget = () => storage.removeItem(key);

  function own() {
    const kept = attempt(() => JSON.parse(storage.getItem(key) ?? "null"));
    return kept?.leg && kept.session === session() ? kept : null;
  }

  return {
    /** The chosen reason for a break after the person at the counter; null when there is none. */
    reasonIn: ({ counter }) => {
      const kept = own();
      return kept && counter?.leg?.leg === kept.leg ? kept.reason : null;
    },
    choose: ({ counter }, reason) =>
      storage.setItem(key, JSON.stringify({ leg: counter.leg.leg, session: session(), reason })),
    forget,
    /** The reason of a break that is due because its person has left the counter; it is returned once. */
    takeDue: ({ counter }) => {
      const kept = own();
      if (!kept || counter?.leg?.leg === kept.leg) return null;
      forget();
      return kept.reason;
    },
  };
}
