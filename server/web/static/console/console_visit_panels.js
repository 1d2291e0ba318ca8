// Panels about one visit: set aside and go on, what the service led to.

import { byId, one } from "../shared/dom.js";
import { choice, html, nothing } from "../shared/drawing.js";
import { choices, manyChoices } from "./console_choices.js";
import { numberField, numberIn } from "../shared/number_field.js";

const OUTCOMES = ["file_received", "paper_missing", "informed", "redirected"];
const PLACES = ["front", "arrival", "end"];
const MINUTES = [5, 10, 15, 30, 60];

/** Where someone waits again. */
export function placeChoice({ say }, usual) {
  const radio = (place) => html`<input type="radio" name="place" value=${place} ?checked=${place === usual}>`;
  return html`<fieldset class="reasons">
    <legend>${say("console.place_in_queue.title")}</legend>
    ${PLACES.map((place) => choice(radio(place), say(`console.place_in_queue.${place}`)))}
  </fieldset>`;
}

/** The place that is chosen in the open panel. */
export function chosenPlace() {
  return /** @type {HTMLInputElement} */ (one('[data-panel-body] input[name="place"]:checked')).value;
}

export function parkPanel({ state, words, choose }) {
  const { say } = words;
  const times = MINUTES.map((minutes) => ({
    label: say("console.park.minutes", { minutes }),
    value: minutes * 60,
  }));
  const park = (seconds) => choose({ for_s: seconds, return_place: chosenPlace() });
  return {
    title: say("console.park.title", { number: state.counter.leg.number }),
    body: html`<p>${say("console.park.explain")}</p>${placeChoice(words, "front")}${choices(times, park)}`,
  };
}

export function parkedPanel({ state, words: { say, hall, hour }, choose, redraw }) {
  const entries = (state.queue?.parked ?? []).map(({ leg, number, service, not_before: from }) => ({
    label: `${number} · ${hall.serviceName(service)}`,
    note: from ? say("console.parked.until", { at: hour(from) }) : "",
    value: { leg },
  }));
  return {
    title: say("console.parked.title"),
    body: entries.length
      ? manyChoices([{ entries }], { say, choose, redraw })
      : nobody(say("console.parked.nobody")),
  };
}

/** Says that there is nothing to choose. */
export const nobody = (text) => html`<p class="none">${text}</p>`;

/** The field of a note for whoever receives the visitor next. */
export function noteField(id, { say }) {
  return html`<p><label for=${id}>${say("console.outcome_of.note")}</label>
    <input type="text" id=${id} maxlength="300" autocomplete="off"></p>`;
}

/** What is typed in a field of the open panel; null when it is empty. */
export function typedIn(id) {
  /** @type {HTMLInputElement} */
  const field = byId(id);
  return field.value.trim() || null;
}

/**
 * The outcome of the service, with a note for the next agent who receives the visitor; the visit ends with
 * it.
 */
export function outcomePanel({ state, words, choose }) {
  const { say } = words;
  const entries = OUTCOMES.map((outcome) => ({
    label: say(`console.outcome_of.${outcome}`),
    value: { outcome },
  }));
  const chooseWithNote = (value) => choose({ ...value, note: typedIn("outcome-note") });
  return {
    title: say("console.outcome_of.title", { number: state.counter.leg.number }),
    body: html`${noteField("outcome-note", words)}${choices(entries, chooseWithNote)}`,
  };
}

/**
 * Who came with the person here, by number: called next at this counter, unless the agent lets this visit go
 * its own way.
 */
export function linkPanel({ state, words: { say }, choose }) {
  const { number, linked = [] } = state.counter.leg;
  const submit = (event) => {
    event.preventDefault();
    const other = numberIn(event.currentTarget, "link-number");
    if (other) choose(other);
  };
  const text = say("console.link.linked", { numbers: linked.join(", ") });
  const apart = [{ label: say("console.link.apart", { number }), value: { isApart: true } }];
  return {
    title: say("console.link.title", { number }),
    body: html`<p>${say("console.link.explain")}</p>
      <form class="by-number" @submit=${submit}>
        ${numberField("link-number", say("console.link.number"))}
        <button class="small">${say("console.link.do")}</button>
      </form>
      ${linked.length ? html`<p>${text}</p>${choices(apart, choose)}` : nothing}`,
  };
}
