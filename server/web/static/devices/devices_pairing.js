// Pairing from the page of every device: the code a device shows, which device that is, and the place it
// takes.

import { placesOf, placesToReplace, printersFor } from "./devices_state.js";
import { askOnce } from "../shared/ask_once.js";
import { one, show, write } from "../shared/dom.js";
import { draw, drawList, html } from "../shared/drawing.js";
import { csrfHeader, send } from "../shared/verbs.js";

/**
 * Return `{draw}`, or null without the right to pair. `hour` writes an instant's hour; `onPaired()` is called
 * after a pairing; `openPrinter(hall, kiosk)` opens the form of a kiosk's printer.
 */
export function createPairing({ say, hour, onPaired, openPrinter }) {
  if (!document.querySelector("[data-find]")) return null;
  /** @type {HTMLFormElement} */
  const finding = one("[data-find]");
  /** @type {HTMLFormElement} */
  const pairing = one("[data-pair]");
  const { hall: hallChoice, at: choice, name, printer } = pairing.elements;
  const typed = finding.elements.code;
  let halls = [];
  let places = [];
  let code = "";

  const sent = (path, body, method = "POST") => send({ method, path, body, headers: csrfHeader() });
  const chosen = () => places.find(({ value }) => value === choice.value);
  const chosenHall = () => halls.find((each) => each.hall === hallChoice.value);
  const sentenceOf = ({ ok, problem }) =>
    ok ? "" : (problem?.problems?.[0]?.detail ?? problem?.detail ?? say("device_list.failed"));

  finding.addEventListener("submit", async (event) => {
    event.preventDefault();
    write("paired", "");
    const answer = await sent("/api/v1/devices/pairings/find", { code: typed.value });
    write("find-refused", sentenceOf(answer));
    typed.toggleAttribute("aria-invalid", !answer.ok);
    if (!answer.ok) return typed.focus();
    ({ code } = answer.body);
    write("found", say("device_list.pair.found", foundWords(answer.body)));
    showPairing(true);
    (halls.length > 1 ? hallChoice : choice).focus();
  });
  pairing.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { id, kind, isTaken, label: configured } = chosen();
    const label = configured || name.value.trim();
    const [hall, chosenPrinter] = [hallChoice.value, printer.value];
    const where = id ? { id, replaces: isTaken } : { label };
    const answer = await pair({ hall, kind, ...where }, label);
    if (!answer.ok) return (id ? choice : name).focus();
    if (kind === "kiosk") await setPrinter(hall, answer.body.id, label, chosenPrinter);
    await onPaired();
    if (kind === "kiosk" && chosenPrinter === "new") openPrinter(hall, answer.body.id);
  });
  /** Pairs the device that shows the code. */
  async function pair(where, label) {
    const answer = await sent("/api/v1/devices/pairings", { code, ...where });
    write("pair-refused", sentenceOf(answer));
    if (!answer.ok) return answer;
    write("paired", say("device_list.pair.done", { label }));
    finding.reset();
    pairing.reset();
    leave();
    return answer;
  }

  /** In one press, with a question: the device takes the place of one that is away. */
  function replacing({ hall, kind, id, label, seenAt }) {
    const go = async () => (await pair({ hall, kind, id, replaces: true }, label)).ok && onPaired();
    const texts = [
      seenAt ? say("device_list.pair.replace_since", { label, at: hour(seenAt) }) : "",
      say("device_list.pair.replaces"),
    ];
    const yes = say("device_list.pair.replace_yes", { label });
    const ask = (event) =>
      askOnce(event.currentTarget, { texts: texts.filter(Boolean), yes, no: say("console.ask.no"), go });
    return html`<li><button type="button" class="primary" @click=${ask}
      >${say("device_list.pair.replace", { label })}</button></li>`;
  }

  one("[data-cancel]").addEventListener("click", leave);
  pairing.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
  hallChoice.addEventListener("change", drawPlaces);
  choice.addEventListener("change", drawChoice);

  /** Keeps which printer a kiosk has that was paired; a new one is set in its form. */
  async function setPrinter(hall, kiosk, label, chosenPrinter) {
    if (chosenPrinter === "new") return write("paired", say("device_list.pair.set_printer", { label }));
    if (chosenPrinter === "own") return;
    const path = `/api/v1/halls/${encodeURIComponent(hall)}/kiosks/${encodeURIComponent(kiosk)}/printer`;
    const at = chosenPrinter === "none" ? null : chosenPrinter.slice("at ".length);
    const answer = await sent(path, { host: null, prints_at: at }, "PUT");
    if (!answer.ok) write("paired", sentenceOf(answer));
  }

  function showPairing(isFound) {
    finding.hidden = isFound;
    pairing.hidden = !isFound;
    write("pair-refused", "");
    drawChoice();
  }

  function leave() {
    showPairing(false);
    typed.focus();
  }

  function drawChoice() {
    const place = chosen();
    const hall = chosenHall();
    const isKiosk = place?.kind === "kiosk";
    name.required = place?.id === null;
    show("[data-new-name]", name.required);
    show("[data-replaces]", Boolean(place?.isTaken));
    show("[data-printer]", isKiosk);
    printer.required = isKiosk;
    if (!hall || !isKiosk) return;
    const printers = printersFor(place, hall).map(({ value, key, label }) => [
      value,
      say(`device_list.pair.printer.${key}`, { label }),
    ]);
    offer(printer, printers);
  }

  const foundWords = ({ address, browser, width_px: width, height_px: height, asked_at: askedAt }) => ({
    address,
    browser: browser || say("device_list.unknown_browser"),
    width,
    height,
    at: hour(askedAt),
  });

  /** The halls that the person configures, and the places of the chosen one; a choice is kept. */
  function drawHalls(every) {
    halls = every.filter((hall) => hall.may_configure);
    if (pairing.hidden) drawList("replacing", placesToReplace(halls).map(replacing)); // no question goes away
    show("[data-halls]", halls.length > 1);
    offer(hallChoice, [
      ["", say("device_list.pair.choose_hall")],
      ...halls.map(({ hall, name: words }) => [hall, words]),
    ]);
    if (halls.length === 1) hallChoice.value = halls[0].hall;
    drawPlaces();
  }

  function drawPlaces() {
    const hall = chosenHall();
    places = hall ? placesOf(hall) : [];
    choice.disabled = !hall;
    offer(choice, [
      ["", say("device_list.pair.choose")],
      ...places.map((place) => [place.value, wordsOf(place)]),
    ]);
    drawChoice();
  }

  function wordsOf({ kind, id, label, isTaken }) {
    if (id === null) return say(`device_list.pair.new_${kind}`);
    const key = isTaken ? "device_list.pair.taken" : "device_list.pair.free";
    return say(key, { label, kind: say(`device_list.kind.${kind}`) });
  }

  /** What a list offers, [value, words] each; the chosen one stays where it is offered still. */
  function offer(select, options) {
    const before = select.value;
    draw(
      select,
      options.map(([value, words]) => html`<option value=${value}>${words}</option>`),
    );
    select.value = options.some(([value]) => value === before) ? before : options[0][0];
  }

  return { draw: drawHalls };
}
