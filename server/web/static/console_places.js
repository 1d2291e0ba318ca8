// The first view of the console: which counter to take, who holds it, and for which services.

import { element, fill } from "./dom.js";
import { capital } from "./console_view.js";

/** Draws the counters of the hall; `open({id, services, profile, takeOver})` is called when one is chosen. */
export function drawPlaces(state, words, open) {
  const list = document.querySelector('[data-list="places"]');
  const told = words.hall.counters.map((counter) => [counter, state.queue?.counters.find((one) => one.counter === counter.id)]);
  const mark = JSON.stringify(told.map(([counter, one]) => [counter.id, one?.state, one?.session]));
  if (list) fill(list, mark, told.map(([counter, one]) => placeItem(counter, one, words, open)));
  const options = document.querySelector('[data-list="place-options"]');
  if (options) fill(options, mark, told.map(([counter, one]) => element("option", { value: counter.id }, optionLabel(counter, one, words.say))));
  drawProfiles(words);
  drawNarrow(words);
}

function placeItem(counter, told, { say, hour, hall }, open) {
  const isHeld = Boolean(told?.session);
  const state = isHeld ? say("console.choose.held", { at: hour(told.since), state: say(`console.place.${told.state}`) }) : say("console.choose.is_free");
  const button = element(
    "button",
    { type: "button", class: isHeld ? "" : "primary", "aria-describedby": `place-${counter.id}` },
    say(isHeld ? "console.choose.take_over" : "console.choose.open"),
  );
  button.addEventListener("click", () => open({ id: counter.id, services: narrowed(counter.services), profile: profileChosen(), takeOver: isHeld }));
  return element(
    "li",
    { class: isHeld ? "held" : null },
    element("h3", { id: `place-${counter.id}` }, element("bdi", {}, capital(counter.label))),
    element("p", { class: "what" }, element("bdi", {}, counter.services.map(hall.serviceName).join(", "))),
    element("p", { class: "state" }, state),
    button,
  );
}

function optionLabel(counter, told, say) {
  return told?.session ? `${capital(counter.label)} · ${say(`console.place.${told.state}`)}` : capital(counter.label);
}

/** By which profile the counter will call: all its services, unless the hall has profiles and one is chosen. */
function drawProfiles({ hall, say }) {
  const list = document.querySelector('[data-list="profiles"]');
  if (!list || list.querySelector("label") || hall.profiles.length === 0) return;
  list.hidden = false;
  list.append(...[{ id: "", name: say("console.choose.every_service") }, ...hall.profiles].map(({ id, name }) =>
    element("label", { class: "choice" }, element("input", { type: "radio", name: "profile", value: id, checked: id === "" }), element("bdi", {}, name))));
}

function profileChosen() {
  return document.querySelector('[data-list="profiles"] input:checked')?.value || null;
}

function drawNarrow({ hall }) {
  const list = document.querySelector('[data-list="narrow"]');
  if (!list || list.querySelector("label")) return;
  list.append(...hall.services.map(({ id, name }) => element("label", { class: "choice" }, element("input", { type: "checkbox", value: id, checked: true }), element("bdi", {}, name))));
}

/** The counter's services that are still ticked; all of them when none is, so that a counter never serves nothing. */
function narrowed(services) {
  const ticked = new Set(Array.from(document.querySelectorAll('[data-list="narrow"] input:checked'), (box) => box.value));
  const kept = services.filter((service) => ticked.has(service));
  return kept.length > 0 ? kept : services;
}
