// The places an agent holds at once, as cards: one is active, the others show their visitors. Nothing is
// decided here.

import { one, show, targetIn } from "../shared/dom.js";
import { drawRows, html, nothing } from "../shared/drawing.js";
import { secondsSince, stopwatch } from "../shared/durations.js";
import { capital } from "./console_view.js";
import { neighbour, placesOf } from "./session_places.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/**
 * The cards of a page, shown from `least` places on; `activate(id)` is called when one is chosen. Answers
 * {draw, at}.
 */
export function createHeld({ words, activate, least = 2 }) {
  const { say, hall } = words;
  const list = document.querySelector('[data-list="held"]');
  const labels = new Map(hall.counters.map(({ id, label }) => [id, capital(label)]));
  let places = [];
  let active = null;

  /** The places of the session of a state, with their timers. */
  function draw(state, nowMs) {
    places = placesOf(state);
    active = state.counter?.counter ?? null;
    show("[data-held]", places.length >= least);
    document.body.classList.toggle("several", places.length >= least);
    if (!list || places.length < least) return;
    const card = (place, index) => placeCard(place, index, nowMs);
    drawRows("held", places, ({ counter }) => counter, card);
  }

  function placeCard({ counter, state, since, leg }, index, nowMs) {
    const key = index < 9 ? String(index + 1) : null;
    const from = leg ? (leg.started_at ?? leg.last_called_at) : since;
    return html`<li>
      <button type="button" data-place=${counter} data-state=${state} aria-keyshortcuts=${key ?? nothing}
        aria-current=${counter === active ? "true" : nothing} @click=${() => activate(counter)}>
        <span class="label"><kbd aria-hidden="true">${key}</kbd><bdi>${labels.get(counter) ?? counter}</bdi></span>
        <b>${leg?.number}</b><span class="state">${say(`console.held.${state}`)}</span>
        <span class="clock">${from ? stopwatch(secondsSince(from, nowMs)) : ""}</span>
      </button>
    </li>`;
  }

  list?.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = neighbour(places, targetIn(event, "[data-place]")?.dataset.place, step);
    activate(next);
    one(`[data-place="${next}"]`, list).focus();
  });

  return { draw, at: (digit) => places[digit - 1]?.counter ?? null };
}
