// Durations and hours as people read them. Seconds in, text out; no clock is read here.

import { localeOf } from "./instants.js";

/** 252 → "04:12", 3725 → "1:02:05". Never below zero. */
export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/**
 * Seconds between an RFC 3339 instant and now (milliseconds of the server's clock); 0 when it is absent or
 * ahead.
 */
export function secondsSince(instant, nowMs) {
  if (!instant) return 0;
  return Math.max(0, (nowMs - Date.parse(instant)) / 1000);
}

/** A duration in whole minutes, or hours and minutes from one hour on. `say` gives the words. */
export function minutes(seconds, say) {
  const whole = Math.max(0, Math.floor(seconds / 60));
  if (whole < 60) return say("console.duration.minutes", { minutes: whole });
  return say("console.duration.hours", {
    hours: Math.floor(whole / 60),
    minutes: String(whole % 60).padStart(2, "0"),
  });
}

/** A function that answers the hour of an instant in the hall's time zone, e.g. "09:38". */
export function hourTeller(language, timeZone) {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  return (instant) => (instant === null || instant === undefined ? "" : format.format(new Date(instant)));
}

/** A function that answers the hour of an instant of today, or the day with it; `say` gives the words. */
export function momentTeller(language, timeZone, say) {
  const hour = hourTeller(language, timeZone);
  const dayOf = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeZone });
  return (instant) => {
    const day = dayOf.format(new Date(instant));
    return day === dayOf.format(new Date())
      ? hour(instant)
      : say("supervision.day_and_hour", { day, hour: hour(instant) });
  };
}

/** The instant (RFC 3339) at which clocks of a time zone show an hour like "10:30" on the day of `nowMs`. */
export function todayAt(hour, nowMs, timeZone) {
  const minuteOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const ahead = minuteOf(hour) - minuteOf(hourTeller("en-GB", timeZone)(nowMs));
  return new Date(Math.floor(nowMs / 60000) * 60000 + ahead * 60000).toISOString();
}
