// The first view of the console: which counter to take, or which several, who holds them, and for which
// services.

import { byId, one, setText, show } from "../shared/dom.js";
import { choice, drawList, drawRows, html, nothing } from "../shared/drawing.js";
import { DIGITS, filterForm, shownEntries, typedIn } from "./console_choices.js";
import { phaseOf } from "./console_state.js";
import { capital } from "./console_view.js";

const ticked = new Set();
const refusal = document.querySelector("[data-refused-opening]");
let pressed = null; // what was pressed last: a counter's id, SEVERAL, or null
const SEVERAL = "several";
export const PLACE_FILTER = "place-filter";
/** The order of the counters, where they are many. @type {{ key: string, ids: string[] }} */
let order = { key: "", ids: [] };

/**
 * Draws the counters of the hall while one is chosen; `open` is called with those chosen, each
 * {id, services, profile, takeOver}.
 */
export function drawPlaces(state, words, open) {
  if (phaseOf(state) !== "choose") {
    order.key = "";
    return;
  }
  const list = document.querySelector('[data-list="places"]');
  const rows = words.hall.ownCounters.map((counter) => ({
    counter,
    status: state.queue?.counters.find((status) => status.counter === counter.id),
  }));
  const showsCounters = Boolean(state.queue?.shows_counters);
  const redraw = () => drawPlaces(state, words, open);
  if (list) {
    const fitting = shownPlaces(rows, words);
    const form = () => filterForm({ ...PLACES, say: words.say, redraw, isEmpty: fitting.length === 0 });
    drawList("places-filter", rows.length > DIGITS ? form() : nothing);
    withoutSurprise(list, () =>
      drawRows("places", fitting, keyOf, (row, at) =>
        placeItem(row, at + 1, { words, showsCounters, open, redraw }),
      ),
    );
  }
  drawRows(
    "place-options",
    rows,
    ({ counter }) => counter.id,
    (row) => optionItem(row, showsCounters, words.say),
  );
  drawSeveral(rows, words, open);
  if (list && refusal) placeRefusal(list, refusal);
  drawProfiles(words);
  drawNarrow(words);
}

const PLACES = { id: PLACE_FILTER, rows: '[data-list="places"] .opening .primary' };

/**
 * The counters that fit what is typed, the free ones first. Those that others open or leave meanwhile keep
 * their place, and so does each digit, until something else is typed or the view is shown again.
 */
export function shownPlaces(rows, { hall }) {
  if (rows.length <= DIGITS) return rows;
  const typed = typedIn(PLACE_FILTER);
  const isNew = rows.some(({ status }) => !status);
  const key = JSON.stringify([typed, rows.map(({ counter }) => counter.id)]);
  if (isNew || key !== order.key) {
    const entries = rows.map(({ counter, status }) => ({
      label: [counter.label, ...counter.services.map(hall.serviceName)].join(" "),
      isPossible: !status?.session_mark,
      id: counter.id,
    }));
    order = { key: isNew ? "" : key, ids: shownEntries(entries, typed).map(({ id }) => id) };
  }
  const rowOf = new Map(rows.map((row) => [row.counter.id, row]));
  return order.ids.map((id) => rowOf.get(id));
}

/** A counter that another agent opens or leaves is drawn anew: its button does something else. */
const keyOf = ({ counter, status }) => `${counter.id}${status?.session_mark ? " held" : ""}`;

/**
 * Others open and close their counters meanwhile: an agent about to press is not disturbed, unless that press
 * would now take a counter over.
 */
function withoutSurprise(list, redraw) {
  const at = list.contains(document.activeElement) ? document.activeElement : null;
  redraw();
  if (at && !at.isConnected) byId("main").focus();
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
function drawSeveral(rows, { say }, open) {
  const button = document.querySelector("[data-several]");
  if (!button) return;
  for (const { counter, status } of rows) if (status?.session_mark) ticked.delete(counter.id);
  const chosen = rows.map(({ counter }) => counter).filter(({ id }) => ticked.has(id));
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

function placeItem({ counter, status }, digit, { words, showsCounters, open, redraw }) {
  const { say, hall } = words;
  const { id, label } = counter;
  const isHeld = Boolean(status?.session_mark);
  const press = ({ currentTarget: button }) => {
    pressed = id;
    open([{ ...chosenPlace(counter), takeOver: isHeld }], button);
  };
  const named = isHeld ? say("console.choose.take_over_named", { counter: label }) : openWords(label, say);
  const mark =
    isHeld || digit > DIGITS ? nothing : html`<kbd aria-hidden="true" data-digit=${digit}>${digit}</kbd>`;
  return html`<li class=${isHeld ? "held" : ""}>
    <h3><bdi id="place-${id}">${capital(label)}</bdi>${mark}</h3>
    <p class="what"><bdi>${counter.services.map(hall.serviceName).join(", ")}</bdi></p>
    <p class="state">${isHeld ? heldWords(status, showsCounters, words) : say("console.choose.is_free")}
      ${isHeld ? html`<small>${say("console.choose.take_over_effect")}</small>` : nothing}</p>
    <div class="opening">
      ${isHeld ? nothing : withOthers(counter, say, redraw)}
      <button type="button" class=${isHeld ? "" : "primary"} aria-describedby="place-${id}"
        aria-label=${named} @click=${press}>${say(isHeld ? "console.choose.take_over" : "console.choose.open")}</button>
    </div>
  </li>`;
}

/** The button of the free counter that a digit takes, if there is one. */
export function placeOfDigit(digit) {
  const mark = document.querySelector(`[data-list="places"] [data-digit="${digit}"]`);
  return mark?.closest("li")?.querySelector("button");
}

/** Leads to the counter opened last here, with its profile, where it is free: Enter takes it. */
export function offerLast({ counter, profile }) {
  /** @type {HTMLButtonElement | null} */
  const button = document.querySelector(`[data-list="places"] [aria-describedby="place-${counter}"].primary`);
  if (!button || document.activeElement !== document.body) return;
  /** @type {HTMLInputElement | null} */
  const radio = document.querySelector(`[data-list="profiles"] [value="${profile ?? ""}"]`);
  if (radio) radio.checked = true;
  button.focus();
}

/** « Ouvrir le guichet 3 »; with a label that begins otherwise there is no article. */
function openWords(label, say) {
  const isCounter = label.toLocaleLowerCase().startsWith(say("console.choose.counter_word"));
  return say(isCounter ? "console.choose.open_counter" : "console.choose.open_named", { counter: label });
}

function withOthers({ id, label }, say, redraw) {
  const tick = ({ currentTarget: box }) => {
    if (box.checked) ticked.add(id);
    else ticked.delete(id);
    redraw();
  };
  const named = say("console.choose.with_others_named", { counter: label });
  const box = html`<input type="checkbox" value=${id} .checked=${ticked.has(id)} aria-label=${named}
    aria-describedby="place-${id}" @change=${tick}>`;
  return choice(box, say("console.choose.with_others"));
}

function optionItem({ counter, status }, showsCounters, say) {
  const state = showsCounters ? status?.state : "open";
  const label = capital(counter.label);
  const text = status?.session_mark ? `${label} · ${say(`console.place.${state}`)}` : label;
  return html`<option value=${counter.id}>${text}</option>`;
}

/**
 * By which profile the counter will call: all its services, unless the hall has profiles and one is chosen.
 */
function drawProfiles({ hall, say }) {
  if (hall.profiles.length === 0) return;
  show('[data-list="profiles"]', true);
  const profiles = [{ id: "", name: say("console.choose.every_service") }, ...hall.profiles];
  drawRows("profiles", profiles, ({ id }) => id, profileChoice);
}

const profileChoice = ({ id, name }) =>
  choice(
    html`<input type="radio" name="profile" value=${id} ?checked=${id === ""}>`,
    html`<bdi>${name}</bdi>`,
  );

function profileChosen() {
  /** @type {HTMLInputElement | null} */
  const chosen = document.querySelector('[data-list="profiles"] input:checked');
  return chosen?.value || null;
}

function drawNarrow({ hall }) {
  const served = new Set(hall.ownCounters.flatMap(({ services }) => services));
  const own = hall.services.filter(({ id }) => served.has(id));
  drawRows("narrow", own, ({ id }) => id, serviceChoice);
}

const serviceChoice = ({ id, name }) =>
  choice(html`<input type="checkbox" value=${id} checked>`, html`<bdi>${name}</bdi>`);

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
    /** @type {HTMLSelectElement} */
    const { value: id } = one('[data-list="place-options"]');
    const { services } = counters().find((counter) => counter.id === id);
    const takeOver = Boolean(state().queue?.counters.find(({ counter }) => counter === id)?.session_mark);
    open([{ id, services, takeOver }], event.submitter);
  });
}
