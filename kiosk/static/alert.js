// An alert of the hall instead of the kiosk's menu: its sign and words, one language after the other. Nothing can be pressed.

const TURN_MS = 6_000;

/** Whether what a message tells of the alert is later than what is known: a new epoch, or no lower version. */
export const isLater = (known, told) => !known || known.epoch !== told.epoch || told.version >= known.version;

/** The alert at an instant of the server's clock; one with a stated time ends by itself. */
export function alertAt(known, at) {
  const alert = known?.alert ?? null;
  return alert?.until && Date.parse(alert.until) <= at ? null : alert;
}

/** What an alert says in a language; a custom one in its own words, in French where it has none in it. */
export function wordsOf(alert, texts, language) {
  const around = texts[language];
  const own = alert.texts?.[language] ?? alert.texts?.fr;
  return { ...(own ?? around.kinds[alert.kind] ?? { title: "", text: "" }), drill: alert.drill ? around.drill : "", notFire: around.not_fire };
}

/** Draws the alert over the page, or takes it away. `covered` are the parts of the page that rest meanwhile. */
export function alertView(root, texts, covered) {
  let drawn = "";
  const part = (name) => root.querySelector(`[data-alert-part="${name}"]`);

  return function show(alert, { at, languages }) {
    const language = alert && languages[Math.floor(Math.max(at - Date.parse(alert.raised_at), 0) / TURN_MS) % languages.length];
    const words = alert && wordsOf(alert, texts, language.code);
    const wanted = JSON.stringify([alert?.alert, words, language?.code]);
    if (wanted === drawn) return;
    drawn = wanted;
    root.hidden = !alert;
    for (const each of covered) each.inert = Boolean(alert);
    if (!alert) return;
    root.dataset.kind = alert.kind;
    root.lang = language.code;
    root.dir = language.dir;
    for (const name of ["title", "text", "drill", "notFire"]) part(name).textContent = words[name];
    part("drill-again").textContent = words.drill;
  };
}
