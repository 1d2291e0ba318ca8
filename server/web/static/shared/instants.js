// Dates and hours as people read them, in a hall's time zone, not the browser's. No clock is read here.

/** The locale of dates: English ones are British (27 November 2026, 16:50); our calendar and figures. */
export const localeOf = (language) => `${language === "en" ? "en-GB" : language}-u-ca-gregory-nu-latn`;

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
