// The foot of a screen: the hour, and one sentence.

const get = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Writes the hour, since when the screen has not been live, and the sentence of the hall.
 *
 * `own`: the page's language; `at`: the server's instant in ms.
 */
export function drawFoot(view, { screen, words, own, at }) {
  const clock = words.time(at);
  setText(get("clock"), clock);
  const stale = view.isLive || view.notLiveSince === null ? "" : words.notLiveSince(view.notLiveSince, at);
  setText(get("foot-stale"), stale);
  // what else would say it has left its place to a notice
  const isFree = view.view === "empty" && document.body.dataset.quiet === "yes";
  const footer = textIn(own, screen?.footer) || words.say(isFree ? "empty_hint" : "footer");
  setText(get("foot-calm"), footer);
  get("foot-loop").hidden = !screen?.hearing_loop;
  get("foot").dataset.state = stale ? "stale" : "calm";
}

function textIn(language, value) {
  return typeof value === "string" ? value : (value?.[language] ?? "");
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
