// The form that says where a kiosk's printer is: on the network, or on USB at the server's machine.

import { element, fill } from "../shared/dom.js";
import { read } from "../shared/verbs.js";
import { pluggedOptions } from "./devices_state.js";

const KINDS = ["tcp", "usb_file"];

/** Return `{place, toggle, draw}`: the form, what opens it, and what shows a device's present values. */
export function printerForm(device, hall, { say, act, onPlaced }) {
  const id = `address-${device.kind}-${device.id}`; // a kiosk and its printer stand under one name
  const base = `/api/v1/halls/${encodeURIComponent(hall.hall)}`;
  const outcome = `outcome-${device.kind}-${device.id}`;
  const kind = selectOf(
    `${id}-transport`,
    KINDS.map((each) => [each, say(`device_list.printer.kind.${each}`)]),
  );
  const host = textOf(`${id}-host`, { maxlength: 253, spellcheck: "false", "aria-describedby": outcome });
  const port = textOf(`${id}-port`, { inputmode: "numeric", pattern: "[0-9]{1,5}", value: "9100" });
  const usb = selectOf(`${id}-usb`, []);
  usb.setAttribute("aria-describedby", outcome);
  const paper = selectOf(
    `${id}-paper`,
    ["80", "58"].map((mm) => [mm, say("device_list.printer.mm", { mm })]),
  );
  const [hostField, portField, usbField] = [
    fieldOf(say("device_list.printer.host"), host),
    fieldOf(say("device_list.printer.port"), port),
    fieldOf(say("device_list.printer.usb"), usb),
  ];
  const [about, aboutUsb] = ["about", "about_usb"].map((key) =>
    element("p", { class: "muted" }, say(`device_list.printer.${key}`)),
  );
  const shown = { tcp: [hostField, portField, about], usb_file: [usbField, aboutUsb] };
  const place = element(
    "form",
    { class: "address", hidden: true },
    fieldOf(say("device_list.printer.kind"), kind),
    hostField,
    portField,
    usbField,
    fieldOf(say("device_list.printer.paper"), paper),
    element("button", { class: "primary" }, say("device_list.printer.save")),
    about,
    aboutUsb,
  );
  let isFilled = false;
  let present = "";

  kind.addEventListener("change", showFields);
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = {
      kind: kind.value,
      host: kind.value === "tcp" ? host.value.trim() : null,
      port: Number(port.value),
      usb: kind.value === "usb_file" ? usb.value : null,
      paper_mm: Number(paper.value),
    };
    const path = `${base}/kiosks/${encodeURIComponent(device.id)}/printer`;
    const answer = await act({ method: "PUT", path, body }, "printer_placed");
    const isRefused = String(answer.problem?.code === "document_refused");
    for (const control of [host, usb]) control.setAttribute("aria-invalid", isRefused);
    if (!answer.ok) return;
    place.hidden = true;
    onPlaced();
  });

  /** Fields of the chosen kind only; those that are not shown are not required. */
  function showFields() {
    for (const [each, parts] of Object.entries(shown))
      for (const part of parts) part.hidden = each !== kind.value;
    for (const control of [host, port]) control.required = kind.value === "tcp";
    usb.required = kind.value === "usb_file";
  }

  async function listPlugged() {
    const answer = await read(`${base}/printers/plugged`).catch(() => null);
    const found = pluggedOptions(answer?.printers ?? [], present, say);
    const chosen = usb.value || present;
    fill(usb, found.join(), found.map(optionOf));
    if (found.some(([value]) => value === chosen)) usb.value = chosen;
  }

  showFields();
  return {
    place,
    toggle() {
      place.hidden = !place.hidden;
      if (place.hidden) return;
      kind.focus();
      listPlugged();
    },
    draw(now, isAllowed) {
      if (!isAllowed) place.hidden = true;
      if (isFilled || now.kind !== "printer") return;
      isFilled = true;
      present = now.usb ?? "";
      kind.value = KINDS.includes(now.transport) ? now.transport : "tcp";
      [host.value, port.value, paper.value] = [
        now.host ?? "",
        String(now.port || 9100),
        String(now.paper_mm),
      ];
      showFields();
    },
  };
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
