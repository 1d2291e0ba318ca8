// The calls' side of a screen: large cards, the sentence shown without any, and the lists. Drawn only where
// it changed.

import { createLists } from "./call_lists.js";
import { createCards } from "./calls.js";
import * as screenState from "./screen_state.js";

const MOST_SAID = 100;

/**
 * `wordsIn(language)` says sentences, `own` is the page's language; `get(id)` an element of the page. `ways`:
 * the words of arrows by language.
 */
export function createCallsView({ body, get, own, wordsIn, ways }) {
  const cards = createCards(get("cards"), get("cards-beside"), body);
  const lists = createLists(get("lists"), (isCrowded) => {
    body.dataset.crowded = isCrowded ? "yes" : "no";
  });
  let saidKeys = []; // the keys of the last announced cards
  let drawn = { rest: "", lists: "" };
  let isSettled = false;

  const how = (place, isPast = false) => ({ words: wordsIn(own), languages: [own], ways, place, isPast });

  /** Whether this many cards have room together; they are then laid out. */
  const fits = (wantedCards, place) => cards.fits(wantedCards, how(place));

  /** The urgent part: the large calls, and the sentence shown without any. */
  function draw(view, { screen, opening }) {
    const place = screen?.place;
    const words = wordsIn(own);
    const isPast = view.isPast ? "yes" : "no";
    if (body.dataset.past !== isPast) body.dataset.past = isPast;
    if (cards.write(view.cards, how(place, view.isPast))) isSettled = false;
    if (body.dataset.view !== view.view) body.dataset.view = view.view;
    sayState(view, { screen, opening, words });
    sayCalls(view.cards, words);
  }

  /**
   * After they are painted: guessed sizes are measured, and the lists are written below. Returns whether all
   * have room.
   */
  function settle({ cards: large, still, recent }) {
    const rows = JSON.stringify([large.map((card) => card.key), ...[still, recent].map(listMark)]);
    if (rows === drawn.lists && isSettled) return true;
    drawn.lists = rows;
    isSettled = true;
    const words = wordsIn(own);
    cards.fill(false);
    lists.write({ still, recent }, words);
    const isInside = !large.length || cards.settle(); // its measures are valid for the lists too
    get("lists").style.setProperty("--under", large.length ? cards.height() : get("state").offsetHeight);
    const left = lists.settle(words);
    cards.fill(!left && large.length > 2);
    return isInside || large.length === 1;
  }

  function sayState({ view }, { screen, opening, words }) {
    const counter = screen?.place?.counter;
    const label = counter && ["empty", "rest"].includes(view) ? counter.label : null;
    const rest = JSON.stringify([view, opening, label, screen?.name]);
    if (rest === drawn.rest) return;
    drawn.rest = rest;
    get("state-title").textContent = label === null ? words.say(view) : capital(label);
    get("state-hint").textContent =
      label === null ? words.say(opening && view === "closed" ? "next_opening" : `${view}_hint`) : "";
    get("state-more").textContent = opening;
    if (screen?.name) get("hall").textContent = screen.name;
  }

  /** Screen readers hear each new large call once. */
  function sayCalls(large, words) {
    const fresh = large.filter((card) => card.isNew && !saidKeys.includes(card.key));
    if (!fresh.length) return;
    saidKeys = [...saidKeys, ...fresh.map((card) => card.key)].slice(-MOST_SAID);
    get("spoken").textContent = fresh
      .map((card) => words.announcement(card.number, card.counter.label))
      .join(". ");
  }

  /** Measures everything again: the screen turned, its fonts arrived, or its letters grew. */
  function forget() {
    cards.forget();
    drawn = { rest: "", lists: "" };
  }

  return { draw, settle, fits, forget };
}

/** When the hall opens, or its break ends, in milliseconds; NaN where it must not be shown. */
export function opensAt(view, state, now) {
  if (view === "closed") return Date.parse(state.screen?.next_opening_at ?? "");
  return view === "break" ? (screenState.resumesAt(state, now) ?? NaN) : NaN;
}

const listMark = (calls) => calls.map((call) => [call.number, call.counter.label, call.isAwaited]);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
