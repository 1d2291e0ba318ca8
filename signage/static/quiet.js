// When nobody is called, and nobody was just now, a notice has the whole screen but for its head. Pure.

/** How long the last call stays in sight after it is over, in milliseconds. */
export const JUST_CALLED_MS = 60_000;

/** Whether notices may take the room of calls: `view` is that of the screen, `at` the server's time in milliseconds. */
export function isQuiet({ view, cards, still, recent }, at) {
  const isFree = ["empty", "rest"].includes(view) && !cards.length && !still.length;
  return isFree && recent.every((call) => at - Date.parse(call.called_at) >= JUST_CALLED_MS);
}
