// The form that says where a kiosk's printer is: on the network, or on USB or a serial line of the server's
// machine.

import { byId } from "../shared/dom.js";
import { html, nothing } from "../shared/drawing.js";
import { read } from "../shared/verbs.js";
import { lineOptions, pluggedOptions } from "./devices_state.js";

/** By kind: its fields and what is said of it. */
const PARTS = {
  tcp: ["host", "port", "about"],
  usb_file: ["usb", "about_usb"],
  serial: ["line", "speed", "about_line"],
  gateway: ["about_gateway"],
  star_cloudprnt: ["about_fetching"],
  epson_direct: ["about_fetching"],
  other: ["other", "about_other"],
  none: ["about_none"],
};
/** The kinds whose place is a name on USB: people see one of them. */
const ON_USB = ["usb_file", "usb_bus"];
const SPEEDS = [9600, 19200, 38400, 57600, 115200];

function kindOf({ kind, paper, transport }) {
  if (kind !== "printer") return ["other", "none"].includes(paper) ? paper : "tcp";
  const shownKind = ON_USB.includes(transport) ? "usb_file" : transport;
  return shownKind in PARTS ? shownKind : "tcp";
}

/**
 * Return `{view, toggle, open}`: the form, what opens or closes it, what opens it. `place(body, done)` sends
 * what is typed.
 */
export function createPrinterForm(first, hall, { id, outcome, say, redraw, place, onPlaced }) {
  const others = hall.printers.filter((printer) => printer.id !== first.id);
  const values = {
    kind: kindOf(first),
    host: first.host ?? "",
    port: String(first.port || 9100),
    usb: first.usb ?? "",
    line: first.line ?? "",
    speed: String(first.speed ?? ""),
    other: first.prints_at ?? others[0]?.id ?? "",
    paper: String(first.paper_mm ?? 80),
  };
  /** @type {Record<string, any[][]>} what is plugged in, once it was read: [value, words] */
  const lists = { usb: [], line: [] };
  /** How each printer on USB is driven, by its name. */
  const drivenBy = new Map(first.usb ? [[first.usb, first.transport]] : []);
  let isOpen = false;
  let isRefused = null;

  function note({ target }) {
    values[target.name] = target.value;
    redraw();
  }

  async function submit(event) {
    event.preventDefault();
    const { kind, speed } = values;
    const only = (of, value) => (kind === of ? value : null);
    const body = {
      kind: { usb_file: drivenBy.get(values.usb) ?? "usb_file", other: "tcp", none: "tcp" }[kind] ?? kind,
      host: only("tcp", values.host.trim()),
      port: Number(values.port),
      usb: only("usb_file", values.usb),
      line: only("serial", values.line),
      speed: only("serial", speed ? Number(speed) : null),
      paper_mm: Number(values.paper),
      prints_at: only("other", values.other),
    };
    const answer = await place(body, kind === "none" ? "printer_removed" : "printer_placed");
    isRefused = answer.problem?.code === "document_refused";
    if (answer.ok) isOpen = false;
    redraw();
    if (answer.ok) onPlaced();
  }

  async function listPlugged() {
    const { printers = [], lines = [] } =
      (await read(`/api/v1/halls/${encodeURIComponent(hall.hall)}/printers/plugged`).catch(() => null)) ?? {};
    for (const plugged of printers) drivenBy.set(plugged.usb, plugged.kind);
    lists.usb = pluggedOptions(printers, first.usb ?? "", say);
    lists.line = lineOptions(lines, first.line ?? "", say);
    for (const [name, options] of Object.entries(lists))
      if (!options.some(([value]) => value === values[name])) [[values[name]]] = options;
    redraw();
  }

  function open() {
    isOpen = true;
    redraw();
    byId(`${id}-kind`).focus();
    listPlugged();
  }

  function toggle() {
    if (!isOpen) return open();
    isOpen = false;
    redraw();
  }

  /** Fields of the chosen kind only; those that are not shown are not required. */
  function isShown(name) {
    if (name === "paper") return !["none", "other"].includes(values.kind);
    return name === "kind" || PARTS[values.kind].includes(name);
  }

  function field(name, control) {
    const label = say(`device_list.printer.${name === "other" ? "of_kiosk" : name}`);
    return html`<div class="field" ?hidden=${!isShown(name)}>
      <label for=${`${id}-${name}`}>${label}</label>${control}
    </div>`;
  }

  function typed(name, attributes = {}) {
    return field(
      name,
      html`<input id=${`${id}-${name}`} name=${name} type="text" autocomplete="off" spellcheck="false"
        maxlength="253" inputmode=${attributes.inputmode ?? nothing} pattern=${attributes.pattern ?? nothing}
        aria-describedby=${name === "host" ? outcome : nothing}
        aria-invalid=${name === "host" ? (isRefused ?? nothing) : nothing} ?required=${isShown(name)}
        .value=${values[name]} />`,
    );
  }

  function choice(name, options, isPlace = false) {
    return field(
      name,
      html`<select id=${`${id}-${name}`} name=${name} aria-describedby=${isPlace ? outcome : nothing}
        aria-invalid=${isPlace ? (isRefused ?? nothing) : nothing} ?required=${isPlace && isShown(name)}>
        ${options.map(
          ([value, words]) =>
            html`<option value=${value} .selected=${value === values[name]}>${words}</option>`,
        )}
      </select>`,
    );
  }

  function view(isAllowed) {
    isOpen &&= isAllowed;
    const kinds = Object.keys(PARTS).filter((each) => each !== "other" || others.length);
    const speeds = SPEEDS.map((speed) => [String(speed), say("device_list.printer.bauds", { speed })]);
    const said = new Set(
      Object.values(PARTS)
        .flat()
        .filter((name) => name.startsWith("about")),
    );
    return html`<form class="address" ?hidden=${!isOpen} @input=${note} @change=${note} @submit=${submit}>
      ${choice(
        "kind",
        kinds.map((each) => [each, say(`device_list.printer.kind.${each}`)]),
      )}
      ${typed("host")} ${typed("port", { inputmode: "numeric", pattern: "[0-9]{1,5}" })}
      ${choice("usb", lists.usb, true)} ${choice("line", lists.line, true)}
      ${choice("speed", [["", say("device_list.printer.speed_found")], ...speeds])}
      ${choice(
        "other",
        others.map((printer) => [printer.id, printer.label]),
      )}
      ${choice(
        "paper",
        ["80", "58"].map((mm) => [mm, say("device_list.printer.mm", { mm })]),
      )}
      <button class="primary">${say("device_list.printer.save")}</button>
      ${[...said].map(
        (name) => html`<p class="muted" ?hidden=${!isShown(name)}>${say(`device_list.printer.${name}`)}</p>`,
      )}
    </form>`;
  }

  return { view, open, toggle };
}
