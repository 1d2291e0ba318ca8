// The table of a hall's devices: a row each; under it, what may be done with the device.

import { clockWords, paperWords, stateWords, uptimeWords, versionWords } from "./device_words.js";
import { createVerbs } from "./device_verbs.js";
import { levelOf, rowsOf, verbsOf } from "./devices_state.js";
import { html, nothing, repeat } from "../shared/drawing.js";
import { momentTeller } from "../shared/durations.js";
import { screenPage, signOf, troubleList } from "./supervision_cards.js";
import { keyOf, standingOf } from "./supervision_state.js";

const COLUMNS = ["device", "state", "runs", "clock", "seen", "uptime", "verbs"];

/**
 * Return `{view, openPrinter}` for the table of a hall: `view(hall, found)` gives what is drawn of the
 * devices that `rowsOf` finds, and the other opens the form of a kiosk's printer.
 */
export function createHallTable(first, { say, language, refresh, redraw }) {
  const words = { say, language, moment: momentTeller(language, first.time_zone, say) };
  const rows = new Map(); // by key: whether the part under a row is open, and its verbs

  function view(hall, found) {
    const shownDevices = rowsOf(hall, found);
    const keys = shownDevices.map(keyOf);
    for (const key of rows.keys()) if (!keys.includes(key)) rows.delete(key);
    if (found.typed && !shownDevices.length) return nothing;
    return html`<section class="hall" aria-labelledby=${`hall-${hall.hall}`}>
      <h2 id=${`hall-${hall.hall}`}>
        <a href=${`/supervision?hall=${encodeURIComponent(hall.hall)}`}><bdi>${hall.name}</bdi></a>
      </h2>
      ${hall.site === hall.name ? nothing : html`<p class="muted"><bdi>${hall.site}</bdi></p>`}
      <p class="muted" ?hidden=${shownDevices.length}>
        ${say(rowsOf(hall).length ? "device_list.none_needing" : "device_list.no_place")}
      </p>
      <table class="fleet-table" ?hidden=${!shownDevices.length}>
        <thead>
          <tr>${COLUMNS.map((name) => html`<th scope="col">${say(`device_list.column.${name}`)}</th>`)}</tr>
        </thead>
        ${repeat(shownDevices, keyOf, (device) => rowView(device, hall))}
      </table>
    </section>`;
  }

  function rowView(device, hall) {
    const key = keyOf(device);
    const id = `row-${hall.hall}-${key}`;
    if (!rows.has(key))
      rows.set(key, { isOpen: false, verbs: createVerbs(device, hall, { ...words, refresh, redraw }) });
    const row = rows.get(key);
    const how = standingOf(device);
    const kinds = verbsOf(device, hall);
    const label = (name) => say(`device_list.column.${name}`);
    const link = html`<a href=${screenPage("ecrans", hall.hall, device.id)}>${say("device_list.shows")}</a>`;
    const texts = {
      runs: runsWords(device, hall, say),
      clock: device.kind === "printer" ? "" : clockWords(device.report, say),
      seen: device.seen_at ? words.moment(device.seen_at) : say("supervision.never"),
      uptime: uptimeWords(device.uptime, words),
    };
    const toggle = () => {
      row.isOpen = !row.isOpen;
      redraw();
    };
    const leave = (event) => {
      if (event.key !== "Escape") return;
      toggle();
      event.currentTarget.previousElementSibling.querySelector("button").focus();
    };
    return html`<tbody>
      <tr data-device=${key} data-level=${levelOf(device, hall)}>
        <th scope="row" id=${id}>
          <bdi>${device.label}</bdi><small>${say(`device_list.kind.${device.kind}`)}</small>
          ${device.kind === "screen" ? link : nothing}
        </th>
        <td data-label=${label("state")}>
          <p class="state">${signOf(how)}<span>${stateWords(how, words)}</span></p>
          ${troubleList(device, hall.releases, say)}
        </td>
        ${Object.entries(texts).map(
          ([name, text]) => html`<td data-label=${label(name)} .textContent=${text}></td>`,
        )}
        <td data-label=${label("verbs")}>
          <button type="button" class="quiet" aria-expanded=${row.isOpen} aria-describedby=${id}
            ?hidden=${!kinds.length} @click=${toggle}>
            ${say("device_list.manage")}
          </button>
        </td>
      </tr>
      <tr class="under" ?hidden=${!row.isOpen} @keydown=${leave}>
        <td colspan=${COLUMNS.length}>${row.verbs.view(device, kinds)}</td>
      </tr>
    </tbody>`;
  }

  function openPrinter(kiosk) {
    const row = rows.get(kiosk);
    if (!row) return;
    row.isOpen = true;
    row.verbs.openPrinter();
  }

  return { view, openPrinter };
}

/** Where a kiosk without a printer of its own prints; empty for any other device. */
function paperOf({ paper, prints_at: at }, hall, say) {
  if (paper === "none") return say("device_list.paper_of.none");
  const label = hall.devices.find(({ id }) => id === at)?.label ?? at;
  return paper === "other" ? say("device_list.paper_of.other", { label }) : "";
}

/** What a device runs: the release of its page; for a printer, its paper and who gets what it refuses. */
function runsWords(device, hall, say) {
  const words =
    device.kind === "printer"
      ? [
          paperWords(device.paper, say),
          device.backup && say("device_list.printer.backup", { printer: device.backup }),
        ]
      : [versionWords(device.report?.release, hall.releases[device.kind], say), paperOf(device, hall, say)];
  return words.filter(Boolean).join(" · ");
}
