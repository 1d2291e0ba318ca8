// The places an agent holds at once, as cards: one is active, the others show their visitors. Nothing is
// decided here.

import { element, fill, one, setText, show, targetIn } from "../shared/dom.js";
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
    fill(list, places.map(({ counter }) => counter).join(), places.map(card));
    for (const place of places) fillCard(list.querySelector(`[data-place="${place.counter}"]`), place, nowMs);
  }

  function card({ counter }, index) {
    const key = index < 9 ? String(index + 1) : null;
    const button = element(
      "button",
      { type: "button", "data-place": counter, "aria-keyshortcuts": key },
      element(
        "span",
        { class: "label" },
        element("kbd", { "aria-hidden": "true" }, key ?? ""),
        element("bdi", {}, labels.get(counter) ?? counter),
      ),
      element("b", {}),
      element("span", { class: "state" }),
      element("span", { class: "clock" }),
    );
    button.addEventListener("click", () => activate(counter));
    return element("li", {}, button);
  }

  function fillCard(button, { counter, state, since, leg }, nowMs) {
    const from = leg ? (leg.started_at ?? leg.last_called_at) : since;
    button.dataset.state = state;
    if (counter === active) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    setText(button.querySelector("b"), leg?.number ?? "");
    setText(button.querySelector(".state"), say(`console.held.${state}`));
    setText(button.querySelector(".clock"), from ? stopwatch(secondsSince(from, nowMs)) : "");
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
