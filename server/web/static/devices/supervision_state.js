// What supervision says of a device, without a browser: one level, one sentence, and what troubles it
// besides.

export const CLOCK_OFF_MS = 5_000; // a sentence on the screen's clock from here on; nobody sees less
export const ANSWERED_WITHIN_MS = 25_000;

const BUSY = new Set(["downloading", "pending"]);
/** @type {[string, number][]} */
const UNITS = [
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1_000],
];

/**
 * How a device is: `{level, key, at}`. The level is "good", "busy" or "trouble"; the key ends a sentence
 * (`supervision.state.…`), `at` is since when.
 */
export function stateOf(device) {
  const at = device.since;
  if (device.seen_at === null)
    return { level: "trouble", key: device.is_paired ? "never_seen" : "not_paired", at: null };
  if (!device.is_connected) return { level: "trouble", key: "away", at };
  if (device.kind !== "screen") return { level: "good", key: "here", at };
  if (device.state === "up to date") return { level: "good", key: restOf(device.report), at };
  return { level: BUSY.has(device.state) ? "busy" : "trouble", key: device.state.replaceAll(" ", "_"), at };
}

/** How a screen that is well rests: its panel is off on purpose, it is asleep, or it plays. */
function restOf({ view, panel }) {
  if (view !== "asleep") return "up_to_date";
  return panelWord(panel) === "off" ? "panel_off" : "asleep";
}

/** How a panel is, in one word: a key that ends `supervision.panel.…`. */
export function panelWord(/** @type {Api.PanelReportAnswer | null | undefined} */ panel) {
  if (!panel) return "none";
  const { commanded, answered } = panel;
  if (answered === "waiting" || answered === "silent") return answered;
  return answered === commanded ? answered : "differs";
}

/**
 * How a printer is, as `stateOf` of a device: what keeps it from printing, or that its paper is nearly out.
 */
export function printerStateOf(/** @type {Api.PrinterOfKiosk} */ { state, since }) {
  const level = state === "ready" ? "good" : ["near_end", "not_taken"].includes(state) ? "busy" : "trouble";
  return { level, key: `printer_${state}`, at: since };
}

/** How a kiosk, a screen or a printer is. */
export const standingOf = (device) => (device.kind === "printer" ? printerStateOf(device) : stateOf(device));

/** The key that identifies a device in its hall: a printer has the id of its kiosk. */
export const keyOf = ({ kind, id }) => (kind === "printer" ? `printer-${id}` : id);

/**
 * What else is wrong with a device: keys of sentences (`supervision.trouble.…`). `releases`: of pages, by
 * kind.
 */
export function troublesOf(device, releases) {
  const { report, is_connected: isHere } = device;
  const found = [];
  if (device.copied_at) found.push("copied");
  if (device.is_opened_twice && !device.copied_at) found.push("opened_twice");
  if (device.paper === "undecided" && device.is_paired) found.push("no_printer");
  if (device.fetches && !device.fetches.has_secret) found.push("no_secret");
  if (device.fetches?.is_too_slow) found.push("asks_seldom");
  if (!isHere || !report) return found;
  if (report.sound === "blocked") found.push("sound");
  const panel = panelWord(report.panel);
  if (panel === "silent") found.push("panel_silent");
  if (panel === "differs") found.push(report.panel.commanded === "off" ? "panel_lit" : "panel_dark");
  if (Math.abs(report.clock_ms) >= CLOCK_OFF_MS) found.push("clock");
  if (report.release !== releases[device.kind]) found.push("release");
  return found;
}

/** Whether a device of a hall needs somebody, as the server says. */
export const needsSomebody = (device, { needing }) => needing.includes(keyOf(device));

/** A difference of clocks: `{key, count}` with the key "right", or "ahead_…" and "behind_…" with a unit. */
export function clockOf(ms) {
  if (Math.abs(ms) < 2_000) return { key: "right", count: 0 };
  // a day but for a second is a day
  const [unit, length] = UNITS.find(([, each]) => Math.abs(ms) >= each * 0.98) ?? UNITS[UNITS.length - 1];
  return { key: `${ms > 0 ? "ahead" : "behind"}_${unit}`, count: Math.round(Math.abs(ms) / length) };
}

/**
 * The state of a requested picture: "asked", "came" or "silent"; null when none was requested.
 *
 * @param {Api.PictureOfScreen | null} picture
 * @param {number} nowMs
 */
export function askedOf(request, picture, nowMs) {
  if (!request) return null;
  if (picture && Date.parse(picture.taken_at) >= Date.parse(request.at)) return "came";
  return nowMs - request.pressedMs > ANSWERED_WITHIN_MS ? "silent" : "asked";
}
