// Whether a screen shows nothing at all: outside the hall's hours, while there is nothing to show. No browser
// here.

// a call, a break, people who still wait keep it awake
const NOTHING_TO_TELL = new Set(["closed", "unknown"]);

/**
 * `isResting`: outside the programme's hours; `at` the server's time; `coversUntil`: past it the programme's
 * hours have run out, and a screen that knows no hours stays lit.
 */
export function isAsleep({ isResting, view, isAlert, at, coversUntil = 0 }) {
  return isResting && !isAlert && NOTHING_TO_TELL.has(view) && at < coversUntil;
}
