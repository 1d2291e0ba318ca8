// Dates and hours as people read and type them, in a hall's time zone, not the browser's. No clock is read
// here.

/** The locale dates are written in: English ones are British (27 November 2026, 16:50). */
export const localeOf = (language) => (language === "en" ? "en-GB" : language);

/** The time zone of the page, as its frame names it. */
export const pageTimeZone = () => document.documentElement.dataset.timeZone;

/**
 * A function that writes the date and hour of an instant, e.g. "27 November 2026 at 16:50".
 * @param {string} language
 * @param {string | undefined} timeZone the browser’s own where none is named
 * @param {"long" | "medium" | "short"} [dateStyle]
 */
export function dateAndHour(language, timeZone, dateStyle = "long") {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    dateStyle,
    timeStyle: "short",
    hourCycle: "h23",
    timeZone,
  });
  return (instant) => format.format(new Date(instant));
}

/** The instant (RFC 3339) of a local date and hour as a form gives it, "2026-12-24T14:00"; null for none. */
export function instantOf(typed, timeZone) {
  const asUtc = Date.parse(`${typed}Z`);
  if (Number.isNaN(asUtc)) return null;
  // twice, because the offset of the first guess may be that of the other side of a change of clocks
  const guess = asUtc - offsetMs(asUtc, timeZone);
  return new Date(asUtc - offsetMs(guess, timeZone)).toISOString();
}

/** An instant as a form takes it; empty for none, or for one that has passed. */
export function typedOf(instant, nowMs, timeZone) {
  const at = instant ? Date.parse(instant) : NaN;
  return Number.isNaN(at) || at <= nowMs
    ? ""
    : new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 16);
}

/** How far the clocks of a time zone are ahead of UTC at an instant, in milliseconds. */
function offsetMs(atMs, timeZone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { dateStyle: "short", timeStyle: "medium", timeZone };
  const local = new Intl.DateTimeFormat("sv-SE", options).format(new Date(atMs)).replace(" ", "T");
  return Date.parse(`${local}Z`) - Math.floor(atMs / 1000) * 1000;
}
