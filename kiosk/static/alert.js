// An alert of the hall instead of the kiosk's menu: its sign, its words in French and one other language in
// turn. Nothing can be pressed.

import { directionOf } from "/assets/directions.js";

const TURN_MS = 6_000;
const SIZES = [1.35, 1.2, 1, 0.85, 0.7, 0.6]; // of the letters, the largest at which everything is inside
const FRENCH = "fr";
const TAKEN_BACK_MS = 15_000;

/** Whether the alert in a message is later than the known one: a new epoch, or no lower version. */
export const isLater = (before, message) =>
  !before || before.epoch !== message.epoch || message.version >= before.version;

/**
 * The alert in a menu or message; else one that was just taken back, under its own id, for a short while: the
 * kiosk serves again.
 */
export function toldAlert({ alert, alert_taken_back: back }) {
  if (alert || !back) return alert;
  const until = Math.min(Date.parse(back.until), Date.parse(back.raised_at) + TAKEN_BACK_MS);
  return { ...back, alert: `${back.alert} taken back`, until: new Date(until).toISOString() };
}

/** The alert at an instant of the server's clock; one with a stated time ends by itself. */
export function alertAt(before, at) {
  const alert = before?.alert ?? null;
  return alert?.until && Date.parse(alert.until) <= at ? null : alert;
}

/** The alert of a message, with its known words in further languages: a message holds only some of them. */
export function withKnownWords(message, before) {
  return message && before?.alert === message.alert
    ? { ...message, texts: { ...before.texts, ...message.texts } }
    : message;
}

/**
 * The pages of an alert, one for each language: the hall's languages for prepared words, its own for a custom
 * one, French first. `around` is the language of the texts around the words, French where the kiosk does not
 * have theirs.
 */
export function pagesOf(alert, texts, languages) {
  const own = Object.keys(alert.texts ?? {});
  const found = own.length ? own : languages.filter((language) => texts[language]?.kinds[alert.kind]);
  const spoken = found.toSorted((one, other) => Number(other === FRENCH) - Number(one === FRENCH));
  return (spoken.length ? spoken : [FRENCH]).map((language) => {
    const around = texts[language] ? language : FRENCH;
    const { kinds, drill, not_fire: notFire } = texts[around];
    const { title, text } = alert.texts?.[language] ?? kinds[alert.kind] ?? { title: "", text: "" };
    return {
      language,
      title,
      text,
      around,
      drill: alert.drill ? drill : "",
      notFire: alert.kind === "taken_back" ? "" : notFire,
    };
  });
}

/** The pages to show so long after the alert was raised: French, and one of the other languages in turn. */
export function turnAt([first, ...others], sinceMs) {
  const other = others[Math.floor(Math.max(sinceMs, 0) / TURN_MS) % others.length];
  return other ? [first, other] : [first];
}

/**
 * Draws the alert over the page, or removes it. `languages` are codes; `covered` are the parts of the page
 * that are hidden meanwhile.
 */
export function alertView(root, texts, covered) {
  let drawn = "";
  const part = (name) => root.querySelector(`[data-alert-part="${name}"]`);
  globalThis.addEventListener("resize", () => fit(root));

  return function show(alert, { at, languages }) {
    const pages = alert ? pagesOf(alert, texts, languages) : [];
    const turn = alert ? turnAt(pages, at - Date.parse(alert.raised_at)) : [];
    const mark = JSON.stringify([alert?.alert, turn]);
    if (mark === drawn) return;
    drawn = mark;
    root.hidden = !alert;
    for (const each of covered) each.inert = Boolean(alert);
    if (!alert) return part("spoken").replaceChildren();
    if (!part("spoken").childElementCount || part("spoken").dataset.said !== alert.alert) say(alert, pages);
    root.dataset.kind = alert.kind;
    root.querySelector("use").setAttribute("href", `#sign-${alert.kind}`);
    part("words").replaceChildren(...turn.map(wordsOf));
    part("foot").replaceChildren(
      ...turn
        .filter(({ notFire }) => notFire)
        .filter(isFirstOfAround)
        .map((page) => line("p", "", page.around, page.notFire)),
    );
    for (const [name, page] of [
      ["drill", turn[0]],
      ["drill-again", turn.at(-1)],
    ]) {
      Object.assign(part(name), {
        lang: page.around,
        dir: directionOf(page.around),
        textContent: page.drill,
      });
    }
    fit(root);
  };

  /** Screen readers hear an alert once, in every language of the hall. */
  function say(alert, pages) {
    part("spoken").dataset.said = alert.alert;
    part("spoken").replaceChildren(
      ...pages.map(({ language, drill, title, text }) =>
        line("p", "", language, [drill, title, text].filter(Boolean).join(" ")),
      ),
    );
  }
}

/** Where the kiosk does not have a language, the texts around its words are French already. */
const isFirstOfAround = (page, place, turn) =>
  turn.findIndex(({ around }) => around === page.around) === place;

function wordsOf({ language, title, text }, place) {
  const words = document.createElement("div");
  words.className = "alert-language";
  words.append(
    line(place ? "h3" : "h2", "", language, title),
    ...(text ? [line("p", "", language, text)] : []),
  );
  return words;
}

function line(tag, name, language, text) {
  return Object.assign(document.createElement(tag), {
    className: name,
    lang: language,
    dir: directionOf(language),
    textContent: text,
  });
}

function fit(root) {
  for (const size of SIZES) {
    root.style.setProperty("--fit", size);
    if (root.scrollHeight <= root.clientHeight && root.scrollWidth <= root.clientWidth) return;
  }
}
