// The first view of the console: which counter to take, or which several, who holds them, and for which
// services.

import { byId, element, fill, rechoose, setText } from "../shared/dom.js";
import { capital } from "./console_view.js";

const ticked = new Set();
const refusal = document.querySelector("[data-refused-opening]");
let pressed = null; // what was pressed last: a counter's id, SEVERAL, or null
const SEVERAL = "several";

/**
 * Draws the counters of the hall; `open` is called with those chosen, each {id, services, profile, takeOver}.
 */
export function drawPlaces(state, words, open) {
  const list = document.querySelector('[data-list="places"]');
  const rows = words.hall.ownCounters.map((counter) => [
    counter,
    state.queue?.counters.find((one) => one.counter === counter.id),
  ]);
  const showsCounters = Boolean(state.queue?.shows_counters);
  const items = rows.map(([counter, one]) =>
    placeItem(counter, one, { words, showsCounters, open, redraw: () => drawPlaces(state, words, open) }),
  );
  // their words too: a publication may rename a counter or a service
  const mark = JSON.stringify([
    showsCounters,
    ...rows.map(([counter, one]) => [counter.id, one?.state, one?.session_mark]),
    ...items.map(({ textContent }) => textContent),
  ]);
  if (list) refill(list, mark, items);
  /** @type {HTMLSelectElement | null} */
  const options = document.querySelector('[data-list="place-options"]');
  if (options)
    rechoose(options, () =>
      fill(
        options,
        mark,
        rows.map(([counter, one]) =>
          element("option", { value: counter.id }, optionLabel(counter, one, showsCounters, words.say)),
        ),
      ),
    );
  drawSeveral(rows, words, open);
  if (list && refusal) placeRefusal(list, refusal);
  drawProfiles(words);
  drawNarrow(words);
}

/**
 * Others open and close their counters meanwhile: an agent about to press is not disturbed, unless that press
 * would now take a counter over.
 */
function refill(list, mark, items) {
  const at = list.contains(document.activeElement) ? document.activeElement : null;
  fill(list, mark, items);
  if (!at || at.isConnected) return;
  const same = list.querySelector(
    `${at.localName}[aria-describedby="${at.getAttribute("aria-describedby")}"]`,
  );
  (same?.className === at.className ? same : byId("main")).focus();
}

/**
 * A refusal is shown at the pressed counter; above the list before any press, and when that counter is gone.
 */
function placeRefusal(list, refusal) {
  const several = document.querySelector("[data-several]");
  const opening =
    pressed === SEVERAL
      ? several
      : document.getElementById(`place-${pressed}`)?.closest("li")?.querySelector(".opening");
  if (opening && opening.nextElementSibling !== refusal) opening.after(refusal);
  if (!opening && list.previousElementSibling !== refusal) list.before(refusal);
}

/**
 * The button that opens the ticked counters; one that another agent has opened meanwhile is no longer ticked.
 */
function drawSeveral(status, { say }, open) {
  const button = document.querySelector("[data-several]");
  if (!button) return;
  for (const [counter, one] of status) if (one?.session_mark) ticked.delete(counter.id);
  const chosen = status.map(([counter]) => counter).filter(({ id }) => ticked.has(id));
  button.hidden = chosen.length < 2;
  setText(button, say("console.choose.open_several", { count: chosen.length }));
  button.onclick = () => {
    pressed = SEVERAL;
    open(chosen.map(chosenPlace));
  };
}

function chosenPlace(counter) {
  return { id: counter.id, services: narrowed(counter.services), profile: profileChosen(), takeOver: false };
}

/** The activity of a held counter and since when; with few agents present, only that it is held. */
function heldWords(status, showsCounters, { say, hour }) {
  if (!showsCounters) return say("console.choose.held_by_someone");
  return say("console.choose.held", { at: hour(status.since), state: say(`console.place.${status.state}`) });
}

function placeItem(counter, status, { words, showsCounters, open, redraw }) {
  const { say, hall } = words;
  const isHeld = Boolean(status?.session_mark);
  const state = isHeld ? heldWords(status, showsCounters, words) : say("console.choose.is_free");
  const button = element(
    "button",
    { type: "button", class: isHeld ? "" : "primary", "aria-describedby": `place-${counter.id}` },
    say(isHeld ? "console.choose.take_over" : "console.choose.open"),
  );
  button.setAttribute(
    "aria-label",
    isHeld
      ? say("console.choose.take_over_named", { counter: counter.label })
      : openWords(counter.label, say),
  );
  button.addEventListener("click", () => {
    pressed = counter.id;
    open([{ ...chosenPlace(counter), takeOver: isHeld }], button);
  });
  return element(
    "li",
    { class: isHeld ? "held" : null },
    element("h3", { id: `place-${counter.id}` }, element("bdi", {}, capital(counter.label))),
    element("p", { class: "what" }, element("bdi", {}, counter.services.map(hall.serviceName).join(", "))),
    element("p", { class: "state" }, state),
    element("div", { class: "opening" }, isHeld ? null : withOthers(counter, say, redraw), button),
  );
}

/** « Ouvrir le guichet 3 »; with a label that begins otherwise there is no article. */
function openWords(label, say) {
  const isCounter = label.toLocaleLowerCase().startsWith(say("console.choose.counter_word"));
  return say(isCounter ? "console.choose.open_counter" : "console.choose.open_named", { counter: label });
}

function withOthers({ id, label }, say, redraw) {
  const box = element("input", {
    type: "checkbox",
    value: id,
    checked: ticked.has(id),
    "aria-label": say("console.choose.with_others_named", { counter: label }),
    "aria-describedby": `place-${id}`,
  });
  box.addEventListener("change", () => {
    if (box.checked) ticked.add(id);
    else ticked.delete(id);
    redraw();
  });
  return element("label", { class: "choice" }, box, say("console.choose.with_others"));
}

function optionLabel(counter, status, showsCounters, say) {
  const state = showsCounters ? status?.state : "open";
  return status?.session_mark
    ? `${capital(counter.label)} · ${say(`console.place.${state}`)}`
    : capital(counter.label);
}

/**
 * By which profile the counter will call: all its services, unless the hall has profiles and one is chosen.
 */
function drawProfiles({ hall, say }) {
  const list = document.querySelector('[data-list="profiles"]');
  if (!list || list.querySelector("label") || hall.profiles.length === 0) return;
  list.hidden = false;
  list.append(
    ...[{ id: "", name: say("console.choose.every_service") }, ...hall.profiles].map(({ id, name }) =>
      element(
        "label",
        { class: "choice" },
        element("input", { type: "radio", name: "profile", value: id, checked: id === "" }),
        element("bdi", {}, name),
      ),
    ),
  );
}

function profileChosen() {
  return (
    /** @type {HTMLInputElement | null} */ (document.querySelector('[data-list="profiles"] input:checked'))
      ?.value || null
  );
}

function drawNarrow({ hall }) {
  const list = document.querySelector('[data-list="narrow"]');
  if (!list || list.querySelector("label")) return;
  const served = new Set(hall.ownCounters.flatMap(({ services }) => services));
  const own = hall.services.filter(({ id }) => served.has(id));
  list.append(
    ...own.map(({ id, name }) =>
      element(
        "label",
        { class: "choice" },
        element("input", { type: "checkbox", value: id, checked: true }),
        element("bdi", {}, name),
      ),
    ),
  );
}

/**
 * The counter's services that are still ticked; all of them when none is, so that a counter never serves
 * nothing.
 */
function narrowed(services) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const boxes = document.querySelectorAll('[data-list="narrow"] input:checked');
  const ticked = new Set(Array.from(boxes, (box) => box.value));
  const kept = services.filter((service) => ticked.has(service));
  return kept.length > 0 ? kept : services;
}

/** The form of the bar opens the counter chosen in its list; `counters()` are those of the hall now. */
export function openByForm(counters, state, open) {
  document.querySelector("[data-choose-form]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { value: id } = /** @type {HTMLInputElement} */ (
      document.querySelector('[data-list="place-options"]')
    );
    const { services } = counters().find((one) => one.id === id);
    const takeOver = Boolean(state().queue?.counters.find(({ counter }) => counter === id)?.session_mark);
    open([{ id, services, takeOver }], event.submitter);
  });
}
