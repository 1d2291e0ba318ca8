// An alert of the hall instead of the kiosk's menu: its sign and words, one language after the other. Nothing can be pressed.

import { directionOf } from "/assets/directions.js";

const TURN_MS = 6_000;

/** Whether what a message tells of the alert is later than what is known: a new epoch, or no lower version. */
export const isLater = (known, told) => !known || known.epoch !== told.epoch || told.version >= known.version;

/** The alert at an instant of the server's clock; one with a stated time ends by itself. */
export function alertAt(known, at) {
  const alert = known?.alert ?? null;
  return alert?.until && Date.parse(alert.until) <= at ? null : alert;
}

/** The alert that is told, with the words in further languages that are known of it: a message holds but some of them. */
export function withKnownWords(told, known) {
  return told && known?.alert === told.alert ? { ...told, texts: { ...known.texts, ...told.texts } } : told;
}

/**
 * What an alert says, a page a language: the hall's languages for prepared words, its own for a custom one, French first.
 * `around` is the language of what stands around the words, French where the kiosk does not know theirs.
 */
export function pagesOf(alert, texts, languages) {
  const own = Object.keys(alert.texts ?? {}).sort((a, b) => (b === "fr") - (a === "fr"));
  const spoken = own.length ? own : languages.filter((language) => texts[language]?.kinds[alert.kind]);
  return (spoken.length ? spoken : ["fr"]).map((language) => {
    const around = texts[language] ? language : "fr";
    const { kinds, drill, not_fire: notFire } = texts[around];
    const { title, text } = alert.texts?.[language] ?? kinds[alert.kind] ?? { title: "", text: "" };
    return { language, title, text, around, drill: alert.drill ? drill : "", notFire };
  });
}

/** Draws the alert over the page, or takes it away. `languages` are codes, `covered` are the parts of the page that rest meanwhile. */
export function alertView(root, texts, covered) {
  let drawn = "";
  const part = (name) => root.querySelector(`[data-alert-part="${name}"]`);

  return function show(alert, { at, languages }) {
    const pages = alert ? pagesOf(alert, texts, languages) : [];
    const page = alert && pages[Math.floor(Math.max(at - Date.parse(alert.raised_at), 0) / TURN_MS) % pages.length];
    const wanted = JSON.stringify([alert?.alert, page]);
    if (wanted === drawn) return;
    drawn = wanted;
    root.hidden = !alert;
    for (const each of covered) each.inert = Boolean(alert);
    if (!alert) return;
    root.dataset.kind = alert.kind;
    root.lang = page.language;
    root.dir = directionOf(page.language);
    for (const name of ["title", "text"]) part(name).textContent = page[name];
    for (const [name, words] of [["drill", page.drill], ["drill-again", page.drill], ["notFire", page.notFire]]) {
      Object.assign(part(name), { textContent: words, lang: page.around, dir: directionOf(page.around) });
    }
  };
}
