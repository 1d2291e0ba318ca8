// The form that says where a kiosk's printer is: on the network, or on USB or a serial line of the server's
// machine.

import { element, fill } from "../shared/dom.js";
import { read } from "../shared/verbs.js";
import { lineOptions, pluggedOptions } from "./devices_state.js";

const KINDS = ["tcp", "usb_file", "serial", "gateway", "star_cloudprnt", "epson_direct", "other", "none"];
/** The kinds whose place is a name on USB: people see one of them. */
const ON_USB = ["usb_file", "usb_bus"];
const SPEEDS = [9600, 19200, 38400, 57600, 115200];

/**
 * Return `{place, toggle, open, draw}`: the form, what opens or closes it, what opens it, and what shows a
 * device's present values.
 */
export function printerForm(device, hall, { say, act, onPlaced }) {
  const id = `address-${device.kind}-${device.id}`; // a kiosk and its printer stand under one name
  const base = `/api/v1/halls/${encodeURIComponent(hall.hall)}`;
  const outcome = `outcome-${device.kind}-${device.id}`;
  const others = hall.printers.filter((printer) => printer.id !== device.id);
  const kind = selectOf(
    `${id}-transport`,
    KINDS.filter((each) => each !== "other" || others.length).map((each) => [
      each,
      say(`device_list.printer.kind.${each}`),
    ]),
  );
  const host = textOf(`${id}-host`, { maxlength: 253, spellcheck: "false", "aria-describedby": outcome });
  const port = textOf(`${id}-port`, { inputmode: "numeric", pattern: "[0-9]{1,5}", value: "9100" });
  const usb = selectOf(`${id}-usb`, []);
  usb.setAttribute("aria-describedby", outcome);
  const line = selectOf(`${id}-line`, []);
  line.setAttribute("aria-describedby", outcome);
  const speed = selectOf(`${id}-speed`, [
    ["", say("device_list.printer.speed_found")],
    ...SPEEDS.map((each) => [String(each), say("device_list.printer.bauds", { speed: each })]),
  ]);
  const other = selectOf(
    `${id}-other`,
    others.map((printer) => [printer.id, printer.label]),
  );
  const paper = selectOf(
    `${id}-paper`,
    ["80", "58"].map((mm) => [mm, say("device_list.printer.mm", { mm })]),
  );
  const [hostField, portField, usbField, lineField, speedField, otherField] = [
    fieldOf(say("device_list.printer.host"), host),
    fieldOf(say("device_list.printer.port"), port),
    fieldOf(say("device_list.printer.usb"), usb),
    fieldOf(say("device_list.printer.line"), line),
    fieldOf(say("device_list.printer.speed"), speed),
    fieldOf(say("device_list.printer.of_kiosk"), other),
  ];
  const [about, aboutUsb, aboutLine, aboutGateway, aboutFetching, aboutOther, aboutNone] = [
    "about",
    "about_usb",
    "about_line",
    "about_gateway",
    "about_fetching",
    "about_other",
    "about_none",
  ].map((key) => element("p", { class: "muted" }, say(`device_list.printer.${key}`)));
  const partsOf = {
    tcp: [hostField, portField, about],
    usb_file: [usbField, aboutUsb],
    serial: [lineField, speedField, aboutLine],
    gateway: [aboutGateway],
    star_cloudprnt: [aboutFetching],
    epson_direct: [aboutFetching],
    other: [otherField, aboutOther],
    none: [aboutNone],
  };
  const paperField = fieldOf(say("device_list.printer.paper"), paper);
  const place = element(
    "form",
    { class: "address", hidden: true },
    fieldOf(say("device_list.printer.kind"), kind),
    hostField,
    portField,
    usbField,
    lineField,
    speedField,
    otherField,
    paperField,
    element("button", { class: "primary" }, say("device_list.printer.save")),
    about,
    aboutUsb,
    aboutLine,
    aboutGateway,
    aboutFetching,
    aboutOther,
    aboutNone,
  );
  let isFilled = false;
  const present = { usb: "", line: "" };
  /** How each printer on USB is driven, by its name. */
  const drivenBy = new Map();

  kind.addEventListener("change", showFields);
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = {
      kind:
        { usb_file: drivenBy.get(usb.value) ?? "usb_file", other: "tcp", none: "tcp" }[kind.value] ??
        kind.value,
      host: kind.value === "tcp" ? host.value.trim() : null,
      port: Number(port.value),
      usb: kind.value === "usb_file" ? usb.value : null,
      line: kind.value === "serial" ? line.value : null,
      speed: kind.value === "serial" && speed.value ? Number(speed.value) : null,
      paper_mm: Number(paper.value),
      prints_at: kind.value === "other" ? other.value : null,
    };
    const path = `${base}/kiosks/${encodeURIComponent(device.id)}/printer`;
    const answer = await act(
      { method: "PUT", path, body },
      kind.value === "none" ? "printer_removed" : "printer_placed",
    );
    const isRefused = String(answer.problem?.code === "document_refused");
    for (const control of [host, usb, line]) control.setAttribute("aria-invalid", isRefused);
    if (!answer.ok) return;
    place.hidden = true;
    onPlaced();
  });

  /** Fields of the chosen kind only; those that are not shown are not required. */
  function showFields() {
    for (const part of Object.values(partsOf).flat()) part.hidden = !partsOf[kind.value].includes(part);
    paperField.hidden = ["none", "other"].includes(kind.value);
    for (const control of [host, port]) control.required = kind.value === "tcp";
    usb.required = kind.value === "usb_file";
    line.required = kind.value === "serial";
  }

  async function listPlugged() {
    const answer = await read(`${base}/printers/plugged`).catch(() => null);
    for (const plugged of answer?.printers ?? []) drivenBy.set(plugged.usb, plugged.kind);
    offer(usb, pluggedOptions(answer?.printers ?? [], present.usb, say), present.usb);
    offer(line, lineOptions(answer?.lines ?? [], present.line, say), present.line);
  }

  function open() {
    place.hidden = false;
    kind.focus();
    listPlugged();
  }

  showFields();
  return {
    place,
    open,
    toggle() {
      if (place.hidden) open();
      else place.hidden = true;
    },
    draw(now, isAllowed) {
      if (!isAllowed) place.hidden = true;
      if (isFilled) return;
      isFilled = true;
      if (now.kind !== "printer") {
        if (["other", "none"].includes(now.paper)) kind.value = now.paper;
        if (now.prints_at) other.value = now.prints_at;
        showFields();
        return;
      }
      [present.usb, present.line] = [now.usb ?? "", now.line ?? ""];
      if (now.usb) drivenBy.set(now.usb, now.transport);
      const shownAs = ON_USB.includes(now.transport) ? "usb_file" : now.transport;
      kind.value = KINDS.includes(shownAs) ? shownAs : "tcp";
      [host.value, port.value, paper.value] = [
        now.host ?? "",
        String(now.port || 9100),
        String(now.paper_mm),
      ];
      speed.value = String(now.speed ?? "");
      showFields();
    },
  };
}

/** Fills a list and keeps what was chosen in it, else what is configured. */
function offer(list, options, present) {
  const chosen = list.value || present;
  fill(list, options.join(), options.map(optionOf));
  if (options.some(([value]) => value === chosen)) list.value = chosen;
}

function optionOf([value, words]) {
  return element("option", { value }, words);
}

function selectOf(id, options) {
  return element("select", { id }, ...options.map(optionOf));
}

function textOf(id, attributes) {
  return element("input", { id, type: "text", autocomplete: "off", ...attributes });
}

function fieldOf(label, control) {
  return element("div", { class: "field" }, element("label", { for: control.id }, label), control);
}
