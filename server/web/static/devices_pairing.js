// Pairing from the page of every device: the code a device shows, which device that is, and the place it takes.

import { placesOf } from "./devices_state.js";
import { element, setText, write } from "./dom.js";
import { csrfHeader, send } from "./verbs.js";

/** Return `draw(halls)`, or null where one may not pair. `onPaired()` is called after a pairing. */
export function createPairing({ say, language, onPaired }) {
  const finding = document.querySelector("[data-find]");
  const pairing = document.querySelector("[data-pair]");
  if (!finding) return null;
  const { at: choice, name } = pairing.elements;
  const newName = document.querySelector("[data-new-name]");
  const replaces = document.querySelector("[data-replaces]");
  let places = [];
  let code = "";
  write("pair-address", `${location.origin}/pair`);

  finding.addEventListener("submit", async (event) => {
    event.preventDefault();
    write("paired", "");
    const typed = finding.elements.code;
    const answer = await post("/api/v1/devices/pairings/find", { code: typed.value });
    write("find-refused", answer.ok ? "" : sentenceOf(answer));
    typed.toggleAttribute("aria-invalid", !answer.ok);
    if (!answer.ok) return typed.focus();
    code = answer.body.code;
    write("found", say("devices.pair.found", foundWords(answer.body)));
    turn(true);
    choice.focus();
  });
  pairing.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = chosen();
    const where = place.id ? { id: place.id, replaces: place.isTaken } : { label: name.value.trim() };
    const answer = await post("/api/v1/devices/pairings", { code, hall: place.hall, kind: place.kind, ...where });
    write("pair-refused", answer.ok ? "" : sentenceOf(answer));
    if (!answer.ok) return (place.id ? choice : name).focus();
    write("paired", say("devices.pair.done", { label: place.label || name.value.trim() }));
    finding.reset();
    pairing.reset();
    turn(false);
    finding.elements.code.focus();
    onPaired();
  });
  document.querySelector("[data-cancel]").addEventListener("click", () => { turn(false); finding.elements.code.focus(); });
  choice.addEventListener("change", drawChoice);

  function turn(isFound) {
    finding.hidden = isFound;
    pairing.hidden = !isFound;
    write("pair-refused", "");
    drawChoice();
  }

  const chosen = () => places.find(({ value }) => value === choice.value);

  function drawChoice() {
    const place = chosen();
    const isNew = Boolean(place) && place.id === null;
    newName.hidden = !isNew;
    name.required = isNew;
    replaces.hidden = !place?.isTaken;
  }

  function foundWords({ address, browser, width_px: width, height_px: height, asked_at: asked }) {
    const at = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date(asked));
    return { address, browser: browser || say("devices.unknown_browser"), width, height, at };
  }

  async function post(path, body) {
    return send({ path, body, headers: csrfHeader() });
  }

  const sentenceOf = (answer) => answer.problem?.problems?.[0]?.detail ?? answer.problem?.detail ?? say("devices.failed");

  /** The places, grouped by hall; the one that is chosen stays chosen. */
  function draw(halls) {
    const found = placesOf(halls);
    const mark = JSON.stringify(found);
    if (choice.dataset.mark === mark) return;
    choice.dataset.mark = mark;
    places = found;
    const before = choice.value;
    const groups = halls.filter((hall) => hall.may_configure).map((hall) =>
      element("optgroup", { label: hall.name }, ...found.filter((place) => place.hall === hall.hall).map(optionOf)));
    choice.replaceChildren(element("option", { value: "" }, say("devices.pair.choose")), ...groups);
    choice.value = found.some(({ value }) => value === before) ? before : "";
    drawChoice();
  }

  function optionOf({ value, kind, id, label, isTaken }) {
    const text = id === null ? say(`devices.pair.new_${kind}`) : say(isTaken ? "devices.pair.taken" : "devices.pair.free", { label, kind: say(`devices.kind.${kind}`) });
    const option = element("option", { value });
    setText(option, text);
    return option;
  }

  return { draw };
}
