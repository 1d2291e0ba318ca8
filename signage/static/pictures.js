// When a picture of the page is taken for supervision: every few minutes and on request, never during a call.
// No browser here: the functions that take and send it are passed in.

export const ASKED_FOR_MS = 25_000; // who asked does not wait longer
const FIRST_WITHIN_MS = 60_000; // a hundred screens that start together do not send together

/**
 * Return `{ask, tick}`. `tick({now, everyMs, isCalm})` is called twice a second: `everyMs` 0 takes pictures
 * only on request, `isCalm` when no call is new and no alert has just come. `take()` makes a picture and
 * sends it; one at a time.
 */
export function createPictures({ take, random = Math.random }) {
  let dueAt = null;
  let askedAt = null;
  let isTaking = false;

  function ask(now) {
    askedAt = now;
  }

  function tick({ now, everyMs, isCalm }) {
    dueAt ??= now + random() * FIRST_WITHIN_MS;
    if (askedAt !== null && now - askedAt > ASKED_FOR_MS) askedAt = null;
    const isDue = everyMs > 0 && now >= dueAt;
    if (isTaking || !isCalm || !(isDue || askedAt !== null)) return;
    askedAt = null;
    dueAt = now + (everyMs || FIRST_WITHIN_MS);
    isTaking = true;
    take()
      .catch((error) => console.warn(error))
      .finally(() => {
        isTaking = false;
      });
  }

  return { ask, tick };
}
