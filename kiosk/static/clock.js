// The hour and the day at the top of the kiosk, in the language that is read and the hall's time zone.

import { byId, setText } from "./elements.js";

/** Writes the hour, and the day; or since when (`lostAtMs`, else null) the server is away. */
export function drawHour({ language, menu }, { atMs, lostAtMs, say }) {
  const at = new Date(atMs);
  const europe = `${language}-150`; // day before month, 24 hours
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { timeZone: menu?.time_zone, numberingSystem: "latn" };
  const day = at.toLocaleDateString(europe, { ...options, weekday: "long", day: "numeric", month: "long" });
  const hourOf = (instant) =>
    instant.toLocaleTimeString(europe, { ...options, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const isLost = lostAtMs !== null;
  setText("clock-hour", hourOf(at));
  setText("clock-day", isLost ? say("kiosk.not_live", { at: hourOf(new Date(lostAtMs)) }) : day);
  byId("clock-day").toggleAttribute("data-lost", isLost);
}
