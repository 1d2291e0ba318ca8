// While no visitor is called, and none was lately, a notice has the whole screen except its head. Pure.

/**
 * How long the last calls stay visible at least, in milliseconds; a hall that waits longer for a called
 * visitor keeps them longer.
 */
export const LAST_CALLS_MS = 600_000;

/**
 * Whether notices may take the room of calls: `view` is that of the screen, `at` the server's time in
 * milliseconds, `awaitedMs` how long the hall waits for a called visitor.
 */
export function isQuiet({ view, cards, still, recent }, at, awaitedMs = 0) {
  const isFree = ["empty", "rest"].includes(view) && !cards.length && !still.length;
  const keptMs = Math.max(LAST_CALLS_MS, awaitedMs);
  return isFree && recent.every((call) => at - Date.parse(call.called_at) >= keptMs);
}
