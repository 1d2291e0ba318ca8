// Pairing from the page of every device: the code a device shows, which device that is, and the place it
// takes.

import { placesOf, printersFor } from "./devices_state.js";
import { element, one, write } from "../shared/dom.js";
import { csrfHeader, send } from "../shared/verbs.js";

/**
 * Return `draw(halls)`, or null without the right to pair. `hour` writes an instant's hour; `onPaired()` is
 * called after a pairing; `openPrinter(hall, kiosk)` opens the form of a kiosk's printer.
 */
export function createPairing({ say, hour, onPaired, openPrinter }) {
  if (!document.querySelector("[data-find]")) return null;
  /** @type {HTMLFormElement} */
  const finding = one("[data-find]");
  /** @type {HTMLFormElement} */
  const pairing = one("[data-pair]");
  const { hall: hallChoice, at: choice, name, printer } = pairing.elements;
  const newName = one("[data-new-name]");
  const replaces = one("[data-replaces]");
  const printerField = one("[data-printer]");
  let halls = [];
  let places = [];
  let code = "";

  finding.addEventListener("submit", async (event) => {
    event.preventDefault();
    write("paired", "");
    const typed = finding.elements.code;
    const answer = await post("/api/v1/devices/pairings/find", { code: typed.value });
    write("find-refused", answer.ok ? "" : sentenceOf(answer));
    typed.toggleAttribute("aria-invalid", !answer.ok);
    if (!answer.ok) return typed.focus();
    code = answer.body.code;
    write("found", say("device_list.pair.found", foundWords(answer.body)));
    showPairing(true);
    (halls.length > 1 ? hallChoice : choice).focus();
  });
  pairing.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = chosen();
    const where = place.id ? { id: place.id, replaces: place.isTaken } : { label: name.value.trim() };
    const answer = await post("/api/v1/devices/pairings", {
      code,
      hall: hallChoice.value,
      kind: place.kind,
      ...where,
    });
    write("pair-refused", answer.ok ? "" : sentenceOf(answer));
    if (!answer.ok) return (place.id ? choice : name).focus();
    const label = place.label || name.value.trim();
    const [hall, kiosk, chosenPrinter] = [hallChoice.value, answer.body.id, printer.value];
    write("paired", say("device_list.pair.done", { label }));
    finding.reset();
    pairing.reset();
    showPairing(false);
    finding.elements.code.focus();
    if (place.kind === "kiosk") await setPrinter(hall, kiosk, label, chosenPrinter);
    await onPaired();
    if (place.kind === "kiosk" && chosenPrinter === "new") openPrinter(hall, kiosk);
  });

  /** Keeps which printer a kiosk has that was paired; a new one is set in its form. */
  async function setPrinter(hall, kiosk, label, chosenPrinter) {
    if (chosenPrinter === "new") return write("paired", say("device_list.pair.set_printer", { label }));
    if (chosenPrinter === "own") return;
    const path = `/api/v1/halls/${encodeURIComponent(hall)}/kiosks/${encodeURIComponent(kiosk)}/printer`;
    const body = {
      host: null,
      prints_at: chosenPrinter === "none" ? null : chosenPrinter.slice("at ".length),
    };
    const answer = await send({ method: "PUT", path, body, headers: csrfHeader() });
    if (!answer.ok) write("paired", sentenceOf(answer));
  }
  one("[data-cancel]").addEventListener("click", leave);
  pairing.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
  hallChoice.addEventListener("change", drawPlaces);
  choice.addEventListener("change", drawChoice);

  function showPairing(isFound) {
    finding.hidden = isFound;
    pairing.hidden = !isFound;
    write("pair-refused", "");
    drawChoice();
  }

  function leave() {
    showPairing(false);
    finding.elements.code.focus();
  }

  const chosen = () => places.find(({ value }) => value === choice.value);

  function drawChoice() {
    const place = chosen();
    const isNew = Boolean(place) && place.id === null;
    newName.hidden = !isNew;
    name.required = isNew;
    replaces.hidden = !place?.isTaken;
    printerField.hidden = place?.kind !== "kiosk";
    printer.required = !printerField.hidden;
    const hall = halls.find((each) => each.hall === hallChoice.value);
    if (!place || !hall || printerField.hidden) return;
    const mark = JSON.stringify([place.value, printersFor(place, hall)]);
    if (printer.dataset.mark === mark) return;
    printer.dataset.mark = mark;
    const words = ({ value, key, label }) =>
      element("option", { value }, say(`device_list.pair.printer.${key}`, { label }));
    printer.replaceChildren(...printersFor(place, hall).map(words));
  }

  function foundWords({ address, browser, width_px: width, height_px: height, asked_at: askedAt }) {
    return {
      address,
      browser: browser || say("device_list.unknown_browser"),
      width,
      height,
      at: hour(askedAt),
    };
  }

  async function post(path, body) {
    return send({ path, body, headers: csrfHeader() });
  }

  const sentenceOf = (answer) =>
    answer.problem?.problems?.[0]?.detail ?? answer.problem?.detail ?? say("device_list.failed");

  /** The halls that the person configures, and the places of the chosen one; a choice is kept. */
  function draw(every) {
    halls = every.filter((hall) => hall.may_configure);
    one("[data-halls]").hidden = halls.length < 2;
    offer(
      hallChoice,
      halls.map((hall) => ({ value: hall.hall, text: hall.name })),
      "device_list.pair.choose_hall",
    );
    if (halls.length === 1) hallChoice.value = halls[0].hall;
    drawPlaces();
  }

  function drawPlaces() {
    const hall = halls.find((each) => each.hall === hallChoice.value);
    places = hall ? placesOf(hall) : [];
    choice.disabled = !hall;
    offer(
      choice,
      places.map((place) => ({ value: place.value, text: wordsOf(place) })),
      "device_list.pair.choose",
    );
    drawChoice();
  }

  function wordsOf({ kind, id, label, isTaken }) {
    if (id === null) return say(`device_list.pair.new_${kind}`);
    return say(isTaken ? "device_list.pair.taken" : "device_list.pair.free", {
      label,
      kind: say(`device_list.kind.${kind}`),
    });
  }

  function offer(select, options, first) {
    const offered = [{ value: "", text: say(first) }, ...options];
    const mark = JSON.stringify(offered);
    if (select.dataset.mark === mark) return;
    select.dataset.mark = mark;
    const before = select.value;
    select.replaceChildren(...offered.map(({ value, text }) => element("option", { value }, text)));
    select.value = offered.some(({ value }) => value === before) ? before : "";
  }

  return { draw };
}
