// What supervision says of a device in words: its clock, its versions, its paper, its uptime. `say` gives the
// words.

import { clockOf } from "./supervision_state.js";

/** How wrong the clock of a device is, by its report. */
export function clockWords(report, say) {
  if (!report) return say("supervision.not_told");
  const { key, count } = clockOf(report.clock_ms);
  return say(`supervision.clock.${key}`, { count });
}

/** What a device runs, compared with the server's version. */
export function versionWords(runs, served, say) {
  if (!runs) return say("supervision.not_told");
  return runs === served
    ? say("supervision.same_version", { version: runs })
    : say("supervision.other_version", { version: runs, served });
}

/** About how many papers a printer has left. */
export function paperWords({ left, is_low: isLow, is_learnt: isLearnt }, say) {
  const count = left;
  if (!isLearnt && !isLow) return say("supervision.paper.usual", { count });
  return say(isLow ? "supervision.paper.low" : "supervision.paper.left", { count });
}

/** The share of opening hours of the last thirty days in which a device was there. */
export function uptimeWords(uptime, { say, language }) {
  if (uptime === null) return say("supervision.uptime.unknown");
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  return share.format(Math.floor(uptime * 1000) / 1000); // never rounded up to 100 %
}
