// While no visitor is called, and none was a moment ago, a notice has the whole screen above its foot. Pure.

/** How long after a call no other one may come, in milliseconds, until a notice has the whole screen. */
export const QUIET_MS = 20_000;

/** Screens that show no notices. */
const WITHOUT_NOTICES = new Set(["calls", "counter", "door"]);

/** Whether a screen of this place shows notices. */
export const hasNotices = (place) => !WITHOUT_NOTICES.has(place?.layout);

/** Whether a notice may take the room of calls; `at` is the server's milliseconds. */
export function isQuiet({ view, cards, recent }, at) {
  const isFree = ["empty", "rest"].includes(view) && !cards.length;
  return isFree && recent.every((call) => at - Date.parse(call.called_at) >= QUIET_MS);
}
