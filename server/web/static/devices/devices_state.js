// The page of every device, without a browser: which rows, in which order, and the places a device may take.

import { isFound } from "../shared/finding.js";
import { needsSomebody, standingOf } from "./supervision_state.js";

/**
 * The devices of a hall in the order of its document, each printer after its kiosk; `only` those that need
 * attention; with something `typed`, those that have it in their name or their hall's.
 */
export function rowsOf(hall, { only = false, typed = "" } = {}) {
  const printers = new Map(hall.printers.map((printer) => [printer.id, printer]));
  const rows = hall.devices.flatMap((device) => {
    const printer = device.kind === "kiosk" ? printers.get(device.id) : undefined;
    return printer ? [device, printer] : [device];
  });
  return rows.filter(
    (device) => (!only || needsSomebody(device, hall)) && isFound(typed, device.label, hall.name, hall.site),
  );
}

/** How many devices of all halls need attention, and how many there are. */
export function summaryOfHalls(/** @type {Api.SupervisedHall[]} */ halls) {
  return {
    count: halls.reduce((sum, { needing }) => sum + needing.length, 0),
    all: halls.reduce((sum, hall) => sum + rowsOf(hall).length, 0),
  };
}

/**
 * The places a device may take in a hall: `{value, kind, id, label, isTaken, paper, printsAt}` for each of
 * its kiosks and screens, the free ones first, then one more of each kind, without an id. `paper`: where a
 * kiosk prints; null for a screen.
 */
export function placesOf(/** @type {Api.SupervisedHall} */ hall) {
  const configured = hall.devices.map(placeOf);
  const [taken, free] = [true, false].map((is) => configured.filter(({ isTaken }) => isTaken === is));
  return [...free, ...taken, placeOf({ kind: "screen" }), placeOf({ kind: "kiosk" })];
}

/**
 * The places whose device is away, in the halls that somebody configures: another machine may take each at
 * once, with its name and its printer.
 */
export function placesToReplace(/** @type {Api.SupervisedHall[]} */ halls) {
  return halls
    .filter((hall) => hall.may_configure)
    .flatMap(({ hall, devices }) =>
      devices
        .filter((device) => device.is_paired && !device.is_connected)
        .map((device) => ({ ...placeOf(device), hall, seenAt: device.seen_at })),
    );
}

/** The place of a configured device; without an id, of one more of its kind. */
function placeOf(/** @type {any} */ { kind, id = null, label = "", is_paired: isTaken = false, ...device }) {
  const { paper, prints_at: printsAt } = { paper: "undecided", prints_at: null, ...device };
  const printing = kind === "kiosk" ? { paper, printsAt } : { paper: null, printsAt: null };
  return { value: id ?? `new ${kind}`, kind, id, label, isTaken, ...printing };
}

/**
 * The printers that a kiosk being paired may have, as `{value, key, label}`: its own where it has one, else
 * that of another kiosk (`at ID`), a new one, or none. The one that is set comes first; undecided: a person
 * chooses.
 */
export function printersFor(place, /** @type {Api.SupervisedHall} */ hall) {
  const plain = (key, value = key) => ({ value, key, label: "" });
  if (place.paper === "own") return [plain("own")];
  const shared = hall.printers.map(({ id, label }) => ({ value: `at ${id}`, key: "other", label }));
  const offered = [...shared, plain("new"), plain("none")];
  const present = { other: `at ${place.printsAt}`, none: "none" }[place.paper];
  if (!present) return [plain("choose", ""), ...offered];
  return offered.toSorted((one, other) => Number(other.value === present) - Number(one.value === present));
}

/** What may be done with a device: verbs, in the order they are shown. */
export function verbsOf(device, hall) {
  if (device.kind === "printer") {
    const secret = device.fetches ? [device.transport === "gateway" ? "command" : "secret"] : [];
    return ["trial", "roll", ...(hall.may_configure ? ["address", ...secret] : [])];
  }
  if (!hall.may_configure) return [];
  const verbs = device.is_paired ? ["renew", "revoke"] : [];
  return device.kind === "kiosk" && !hall.printers.some(({ id }) => id === device.id)
    ? [...verbs, "address"]
    : verbs;
}

/** The level of a device: "good", "busy" or "trouble". */
export function levelOf(device, hall) {
  return needsSomebody(device, hall) ? "trouble" : standingOf(device).level;
}

/**
 * The printers on USB to choose from, as [value, words]: those plugged in, and the present one where it is
 * not.
 *
 * @param {Api.PluggedPrinterAnswer[]} plugged
 * @param {string} present its name, "" without one
 */
export function pluggedOptions(plugged, present, say) {
  const found = plugged.map((each) => [each.usb, say("device_list.printer.named", each).trim()]);
  return optionsWith(present, found, say, "none_plugged");
}

/**
 * The serial lines to choose from, as [value, words]: those of the machine, and the present one where it is
 * gone.
 *
 * @param {string[]} lines
 * @param {string} present "" without one
 */
export function lineOptions(lines, present, say) {
  const found = lines.map((each) => [each, each.split("/").at(-1)]);
  return optionsWith(present, found, say, "no_line");
}

function optionsWith(present, found, say, none) {
  const isMissing = present && !found.some(([value]) => value === present);
  const missing = isMissing ? [[present, say("device_list.printer.missing", { usb: present })]] : [];
  return found.length || isMissing ? [...found, ...missing] : [["", say(`device_list.printer.${none}`)]];
}
