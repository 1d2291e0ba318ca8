// What supervision says of a device in words: its clock, its versions, its paper, its uptime. `say` gives the
// words.

import { clockOf } from "./supervision_state.js";

/** How a device is, of its standing; since when. */
export const stateWords = ({ key, at }, { say, moment }) =>
  say(`supervision.state.${key}`, { at: at ? moment(at) : "" });

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

/** What a real printer answered when it was probed, and whether somebody read its paper; "" for others. */
export function proofWords(device, { say, moment }) {
  const { probe, fetches, paper_read_at: readAt } = device;
  const isReal = device.kind === "printer" && (fetches || device.host || device.usb || device.line);
  if (!isReal) return "";
  const read = readAt ? proofSaid("read", { at: moment(readAt) }) : proofSaid("unread");
  if (fetches) return read;
  if (!probe) return `${proofSaid("never", { kiosk: device.id })} ${read}`;
  const key = probe.has_process_id === null ? "stopped" : probe.has_process_id ? "confirms" : "processes";
  return `${proofSaid(key, { at: moment(probe.asked_at), name: probe.name || "–" })} ${read}`;

  function proofSaid(key, values = {}) {
    return say(`device_list.printer.proof.${key}`, values);
  }
}

/** The hours in which a panel was off on purpose, this month and the one before, and what that saved. */
export function panelMonthsWords(/** @type {Api.PanelMonthAnswer[]} */ months, { say, language }) {
  if (months.length === 0) return say("supervision.panel_month.none");
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const name = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
  return months
    .slice(0, 2)
    .map(({ month, off_h: hours, saved_kwh: kwh }) =>
      say(kwh === null ? "supervision.panel_month.hours" : "supervision.panel_month.energy", {
        month: name.format(new Date(`${month}-01T00:00:00Z`)),
        hours: number.format(hours),
        kwh: kwh === null ? "" : number.format(kwh),
      }),
    )
    .join(" · ");
}

/** The share of opening hours of the last thirty days in which a device was there. */
export function uptimeWords(uptime, { say, language }) {
  if (uptime === null) return say("supervision.uptime.unknown");
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  return share.format(Math.floor(uptime * 1000) / 1000); // never rounded up to 100 %
}
