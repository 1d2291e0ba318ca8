// The calls' side of a screen: the board, and the sentence shown without calls. Drawn only where it changed.

import { createBoard } from "./calls.js";
import * as screenState from "./screen_state.js";

const MOST_SAID = 100;

/**
 * `wordsIn(language)` says sentences, `own` is the page's language; `get(id)` an element of the page. `ways`:
 * the words of arrows by language.
 */
export function createCallsView({ body, get, own, wordsIn, ways }) {
  const board = createBoard(get("cards"), body);
  let saidKeys = []; // the keys of the last announced cards
  let drawnState = "";

  /** The calls, and the sentence shown without any; `at`: the server's milliseconds. */
  function draw(view, { screen, opening, at }) {
    const words = wordsIn(own);
    const isPast = view.isPast ? "yes" : "no";
    if (body.dataset.past !== isPast) body.dataset.past = isPast;
    const { place } = screen ?? {};
    board.write(view.cards, { words, languages: [own], ways, place, isPast: Boolean(view.isPast), at });
    if (body.dataset.view !== view.view) body.dataset.view = view.view;
    sayState(view, { screen, opening, words });
  }

  function sayState({ view }, { screen, opening, words }) {
    const counter = screen?.place?.counter;
    const label = counter && ["empty", "rest"].includes(view) ? counter.label : null;
    const rest = JSON.stringify([view, opening, label, screen?.name]);
    if (rest === drawnState) return;
    drawnState = rest;
    get("state-title").textContent = label === null ? words.say(view) : capital(label);
    get("state-hint").textContent =
      label === null ? words.say(opening && view === "closed" ? "next_opening" : `${view}_hint`) : "";
    get("state-more").textContent = opening;
    if (screen?.name) get("hall").textContent = screen.name;
  }

  /** Screen readers hear each new call once: what nobody sees waits until the call is painted. */
  function say(cards) {
    const fresh = cards.filter((card) => card.isNew && !saidKeys.includes(card.key));
    if (!fresh.length) return;
    saidKeys = [...saidKeys, ...fresh.map((card) => card.key)].slice(-MOST_SAID);
    get("spoken").textContent = fresh
      .map((card) => wordsIn(own).announcement(card.number, card.counter.label))
      .join(". ");
  }

  /** Everything is drawn again: the screen turned, its fonts arrived, or its letters grew. */
  function forget() {
    board.forget();
    drawnState = "";
  }

  return { draw, say, settle: board.settle, forget };
}

/** When the hall opens, or its break ends, in milliseconds; NaN where it must not be shown. */
export function opensAt(view, state, now) {
  if (view === "closed") return Date.parse(state.screen?.next_opening_at ?? "");
  return view === "break" ? (screenState.resumesAt(state, now) ?? NaN) : NaN;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
