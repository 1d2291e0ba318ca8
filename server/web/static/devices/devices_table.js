// The table of a hall's devices: a row each, made once and changed in place; under it, what may be done with
// the device.

import { clockWords, paperWords, uptimeWords, versionWords } from "./device_words.js";
import { createVerbs } from "./device_verbs.js";
import { levelOf, rowsOf, verbsOf } from "./devices_state.js";
import { element, fill, setText } from "../shared/dom.js";
import { momentTeller } from "../shared/durations.js";
import { screenPage } from "./supervision_cards.js";
import { keyOf, standingOf, troublesOf } from "./supervision_state.js";

const COLUMNS = ["device", "state", "runs", "clock", "seen", "uptime", "verbs"];
const ICONS = { good: "icon-check", busy: "icon-clock", trouble: "icon-alert" };

/**
 * Return `{draw, openPrinter}` for the table of a hall inside `place`: `draw(hall, {only})`, and what opens
 * the form of a kiosk's printer.
 */
export function createHallTable(hall, { place, say, language, onDone }) {
  const words = { say, language, moment: momentTeller(language, hall.time_zone, say) };
  const title = element(
    "h2",
    { id: `hall-${hall.hall}` },
    element(
      "a",
      { href: `/supervision?hall=${encodeURIComponent(hall.hall)}` },
      element("bdi", {}, hall.name),
    ),
  );
  const calm = element("p", { class: "muted" });
  const heads = COLUMNS.map((name) => element("th", { scope: "col" }, say(`device_list.column.${name}`)));
  const table = element("table", { class: "fleet-table" }, element("thead", {}, element("tr", {}, ...heads)));
  place.append(
    element(
      "section",
      { class: "hall", "aria-labelledby": title.id },
      title,
      hall.site === hall.name ? "" : element("p", { class: "muted" }, element("bdi", {}, hall.site)),
      calm,
      table,
    ),
  );
  const rows = new Map();

  function draw(now, { only }) {
    const shownDevices = rowsOf(now, { only });
    const keys = new Set(shownDevices.map(keyOf));
    for (const [key, row] of rows)
      if (!keys.has(key)) {
        row.body.remove();
        rows.delete(key);
      }
    for (const device of shownDevices) {
      const key = keyOf(device);
      if (!rows.has(key)) rows.set(key, createRow(device, now));
      rows.get(key).draw(device, now);
    }
    keepOrder(shownDevices);
    table.hidden = shownDevices.length === 0;
    calm.hidden = shownDevices.length > 0;
    setText(
      calm,
      say(rowsOf(now, { only: false }).length ? "device_list.none_needing" : "device_list.no_place"),
    );
  }

  /**
   * Rows return in the order of the document after some were left out; one in its right place is not touched.
   */
  function keepOrder(shownDevices) {
    /** @type {Element | null} */
    let before = table.tHead;
    for (const device of shownDevices) {
      const { body } = rows.get(keyOf(device));
      if (before?.nextElementSibling !== body) before?.after(body);
      before = body;
    }
  }

  function createRow(device, within) {
    const id = `row-${within.hall}-${keyOf(device)}`;
    const cells = Object.fromEntries(
      COLUMNS.map((name) => [name, element("td", { "data-label": say(`device_list.column.${name}`) })]),
    );
    const name = element(
      "th",
      { scope: "row", id },
      element("bdi", {}, device.label),
      element("small", {}, say(`device_list.kind.${device.kind}`)),
      device.kind === "screen"
        ? element("a", { href: screenPage("ecrans", within.hall, device.id) }, say("device_list.shows"))
        : null,
    );
    const icon = element("i", { class: "icon", "aria-hidden": "true" });
    const status = element("span");
    const troubles = element("ul", { class: "troubles" });
    cells.state.append(element("p", { class: "state" }, icon, status), troubles);
    const panel = element("td", { colspan: COLUMNS.length });
    const under = element("tr", { class: "under", hidden: true }, panel);
    const open = element(
      "button",
      { type: "button", class: "quiet", "aria-expanded": "false", "aria-describedby": id },
      say("device_list.manage"),
    );
    cells.verbs.append(open);
    const row = element(
      "tr",
      { "data-device": keyOf(device) },
      name,
      ...COLUMNS.slice(1).map((column) => cells[column]),
    );
    const verbs = createVerbs(device, within, { say, moment: words.moment, onDone });
    panel.append(verbs.place);
    const toggle = () => {
      under.hidden = !under.hidden;
      open.setAttribute("aria-expanded", String(!under.hidden));
    };
    open.addEventListener("click", toggle);
    under.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      toggle();
      open.focus();
    });

    function drawRow(now, hallNow) {
      const how = standingOf(now);
      row.dataset.level = levelOf(now, hallNow);
      icon.className = `icon ${how.key === "away" ? "icon-lost" : ICONS[how.level]}`;
      setText(status, say(`supervision.state.${how.key}`, { at: how.at ? words.moment(how.at) : "" }));
      const found = troublesOf(now, hallNow.releases);
      fill(
        troubles,
        found.join() || "-",
        found.map((key) =>
          element(
            "li",
            {},
            element("i", { class: "icon icon-alert", "aria-hidden": "true" }),
            say(`supervision.trouble.${key}`),
          ),
        ),
      );
      troubles.hidden = found.length === 0;
      setText(cells.runs, runsWords(now, hallNow, say));
      setText(cells.clock, now.kind === "printer" ? "" : clockWords(now.report, say));
      setText(cells.seen, now.seen_at ? words.moment(now.seen_at) : say("supervision.never"));
      setText(cells.uptime, uptimeWords(now.uptime, words));
      const kinds = verbsOf(now, hallNow);
      open.hidden = kinds.length === 0;
      verbs.draw(now, kinds);
    }

    /** Unfolds what may be done with the device, at the form of its printer. */
    function openPrinter() {
      if (under.hidden) toggle();
      verbs.openPrinter();
    }

    return { body: element("tbody", {}, row, under), draw: drawRow, openPrinter };
  }

  return { draw, openPrinter: (kiosk) => rows.get(kiosk)?.openPrinter() };
}

/** The paper of a printer, and the printer that gets what it refuses. */
function printerWords({ paper, backup }, say) {
  const words = [paperWords(paper, say), backup && say("device_list.printer.backup", { printer: backup })];
  return words.filter(Boolean).join(" · ");
}

/** Where a kiosk without a printer of its own prints; empty for any other device. */
function paperOf({ paper, prints_at: at }, hall, say) {
  if (paper === "none") return say("device_list.paper_of.none");
  const label = hall.devices.find(({ id }) => id === at)?.label ?? at;
  return paper === "other" ? say("device_list.paper_of.other", { label }) : "";
}

/** What a device runs: the release of its page; for a printer, its paper. */
function runsWords(device, hall, say) {
  if (device.kind === "printer") return printerWords(device, say);
  const version = versionWords(device.report?.release, hall.releases[device.kind], say);
  return [version, paperOf(device, hall, say)].filter(Boolean).join(" · ");
}
