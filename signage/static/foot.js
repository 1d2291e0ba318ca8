// The foot of a screen: the hour, the last calls or one sentence, and whose hall it is.

import { make } from "./slide_parts.js";

const get = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const MOST_CALLS = 2;

/**
 * Writes the hour, since when the screen has not been live, and the sentence of the hall: without calls the
 * last ones, with their counter.
 *
 * `own`: the page's language; `at`: the server's instant in ms; `isQuiet`: a notice has the whole screen.
 */
export function drawFoot(view, { screen, words, own, at, isQuiet }) {
  setText(get("clock"), words.time(at));
  const stale = view.isLive || view.notLiveSince === null ? "" : words.notLiveSince(view.notLiveSince, at);
  setText(get("foot-stale"), stale);
  const last = ["empty", "rest"].includes(view.view) ? view.recent.slice(0, MOST_CALLS) : [];
  writeCalls(get("foot-last"), last);
  // what else would say it has left its place to a notice
  const sentence = textIn(own, screen?.footer) || words.say(isQuiet ? "empty_hint" : "footer");
  setText(get("foot-calm"), last.length ? "" : sentence);
  setText(get("foot-hall"), screen?.look?.name || screen?.name || "");
  get("foot-loop").hidden = !screen?.hearing_loop;
  get("foot").dataset.state = stale ? "stale" : "calm";
}

function writeCalls(place, calls) {
  const key = JSON.stringify(calls.map(({ number, counter }) => [number, counter.label]));
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.replaceChildren(
    ...calls.map(({ number, counter }) => {
      const call = make("span");
      call.append(make("b", "", {}, number), ` ${counter.label}`);
      return call;
    }),
  );
}

function textIn(language, value) {
  return typeof value === "string" ? value : (value?.[language] ?? "");
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
