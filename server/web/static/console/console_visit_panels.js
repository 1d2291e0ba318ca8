// Panels about one visit: set aside and go on, what the service led to; the choices of every panel.

import { element, one } from "../shared/dom.js";

const OUTCOMES = ["file_received", "paper_missing", "informed", "redirected"];
const PLACES = ["front", "arrival", "end"];
const MINUTES = [5, 10, 15, 30, 60];

/** Where someone waits again: {node, chosen()}. */
export function placeChoice({ say }, usual) {
  const options = PLACES.map((place) =>
    element(
      "label",
      { class: "choice" },
      element("input", { type: "radio", name: "place", value: place, checked: place === usual }),
      say(`console.place_in_queue.${place}`),
    ),
  );
  const node = element(
    "fieldset",
    { class: "reasons" },
    element("legend", {}, say("console.place_in_queue.title")),
    ...options,
  );
  return { node, chosen: () => /** @type {HTMLInputElement} */ (one("input:checked", node)).value };
}

export function parkPanel({ state, words, choose }) {
  const { say } = words;
  const place = placeChoice(words, "front");
  const times = numbered(
    MINUTES.map((minutes) => ({ label: say("console.park.minutes", { minutes }), value: minutes * 60 })),
  );
  const list = choices(times, (seconds) => choose({ for_s: seconds, return_place: place.chosen() }));
  return {
    title: say("console.park.title", { number: state.counter.leg.number }),
    nodes: [element("p", {}, say("console.park.explain")), place.node, list],
  };
}

export function parkedPanel({ state, words, choose }) {
  const { say, hall, hour } = words;
  const parked = state.queue?.parked ?? [];
  const title = say("console.parked.title");
  if (parked.length === 0)
    return { title, nodes: [element("p", { class: "none" }, say("console.parked.nobody"))] };
  const entries = parked.map((leg) => ({
    label: `${leg.number} · ${hall.serviceName(leg.service)}`,
    note: leg.not_before ? say("console.parked.until", { at: hour(leg.not_before) }) : "",
    value: { leg: leg.leg },
  }));
  return { title, nodes: [choices(numbered(entries), choose)] };
}

/** The field of a note for whoever receives the visitor next. */
export function noteInput(id) {
  return element("input", { type: "text", id, maxlength: "300", autocomplete: "off" });
}

/**
 * The outcome of the service, with a note for the next agent who receives the visitor; the visit ends with
 * it.
 */
export function outcomePanel({ state, words: { say }, choose }) {
  const note = noteInput("outcome-note");
  const chooseWithNote = (value) => choose({ ...value, note: note.value.trim() || null });
  return {
    title: say("console.outcome_of.title", { number: state.counter.leg.number }),
    nodes: [
      element("p", {}, element("label", { for: note.id }, say("console.outcome_of.note")), " ", note),
      choices(
        numbered(
          OUTCOMES.map((outcome) => ({ label: say(`console.outcome_of.${outcome}`), value: { outcome } })),
        ),
        chooseWithNote,
      ),
    ],
  };
}

/**
 * Who came with the person here, by number: called next at this counter, unless the agent lets this visit go
 * its own way.
 */
export function linkPanel({ state, words: { say }, choose }) {
  const { number, linked = [] } = state.counter.leg;
  const other = element("input", {
    type: "text",
    id: "link-number",
    maxlength: "12",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
  });
  const form = element(
    "form",
    { class: "by-number" },
    element("label", { for: "link-number" }, say("console.link.number")),
    " ",
    other,
    " ",
    element("button", { class: "small" }, say("console.link.do")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (other.value.trim()) choose({ number: other.value.trim() });
  });
  const apart = choices(
    numbered([{ label: say("console.link.apart", { number }), value: { isApart: true } }]),
    choose,
  );
  return {
    title: say("console.link.title", { number }),
    nodes: [
      element("p", {}, say("console.link.explain")),
      form,
      ...(linked.length
        ? [element("p", {}, say("console.link.linked", { numbers: linked.join(", ") })), apart]
        : []),
    ],
  };
}

/** A list of buttons; `choose` is called with the value of the one pressed. */
export function choices(entries, choose) {
  return element(
    "ul",
    { class: "choices" },
    ...entries.map(({ label, note, value, at }) =>
      element(
        "li",
        {},
        choiceButton(label, note, at, () => choose(value)),
      ),
    ),
  );
}

function choiceButton(label, note, at, press) {
  const button = element(
    "button",
    { type: "button", "data-choice": at <= 9 ? String(at) : null },
    element("span", {}, element("bdi", {}, label), note ? element("small", {}, note) : null),
  );
  if (at <= 9) button.append(element("kbd", { "aria-hidden": "true" }, String(at)));
  button.addEventListener("click", press);
  return button;
}

/** Entries with their place from 1, the key that chooses them. */
export function numbered(entries) {
  return entries.map((entry, index) => ({ ...entry, at: index + 1 }));
}
