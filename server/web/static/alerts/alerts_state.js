// The state of the page of alerts from the server's answers: alerts in force, those that are over, second
// persons. Pure.

/**
 * The alerts that hold somewhere, each with its halls where it does; and those that hold nowhere any more.
 */
export function sorted(/** @type {Api.AlertAnswer[]} */ alerts) {
  const holding = [];
  const past = [];
  for (const alert of alerts) {
    const halls = alert.halls.filter((hall) => hall.is_in_force);
    if (halls.length) holding.push({ ...alert, halls });
    else past.push(alert);
  }
  return { holding, past };
}

/** How many screens of a hall there are, and how many show the alert. */
export function reached(/** @type {Api.AlertInHall} */ hall) {
  const count = hall.screens.length;
  const shownCount = hall.screens.filter((screen) => screen.state === "shown").length;
  return { count, shown: shownCount, key: count === 0 ? "none" : shownCount === count ? "all" : "some" };
}

/** Whether a screen is still waited for: the page then asks again every second. */
export const isWaited = (alerts) =>
  alerts.some((alert) =>
    alert.halls.some((hall) => hall.is_in_force && hall.screens.some((screen) => screen.state === "waiting")),
  );

/**
 * Who confirmed the end a first time, and what the reader may do at an instant of the server's clock:
 * `mayConfirm` in some hall, or wait for another person until `aloneAt` (null: the site always asks for one);
 * null before anybody confirmed.
 */
export function askedEnd(alert, at) {
  const halls = alert.halls.filter((hall) => hall.is_in_force && hall.end_asked_at !== null);
  if (!halls.length) return null;
  const isAwaited = (hall) =>
    hall.is_end_asked_by_reader && (hall.end_alone_at === null || Date.parse(hall.end_alone_at) > at);
  const alone = halls.map((hall) => hall.end_alone_at);
  return {
    by: halls[0].end_asked_by,
    mayConfirm: !halls.every(isAwaited),
    aloneAt: alone.includes(null) ? null : alone.toSorted().at(-1),
  };
}

/**
 * Whether the reader raised an alert so lately that they may take it back, at an instant of the server's
 * clock.
 */
export const mayTakeBack = (alert, at) =>
  Boolean(alert.may_take_back_until) && Date.parse(alert.may_take_back_until) > at;

/** The body of a press: what the form says. `press` is the same for every try. */
export function bodyOf({ kind, halls, isDrill, texts, lasts }, press) {
  const body = { halls, kind, press_id: press, drill: isDrill };
  if (kind === "custom") body.texts = texts;
  if (lasts) body.expires_after_s = Number(lasts);
  return body;
}

/** The words of a message that were typed, by language: those of no language that was left empty. */
export const typedTexts = (all) =>
  Object.fromEntries(Object.entries(all).filter(([, { title, text }]) => title || text));

/**
 * The problem of typed words, [key, values]: words without their message, or exactly one translation; null:
 * none.
 */
export function wrongWith(texts, nameOf) {
  const untitled = Object.keys(texts).find((language) => !texts[language].title);
  if (untitled) return ["alerts.raise.title_missing", { language: nameOf(untitled) }];
  return Object.keys(texts).length === 2 ? ["alerts.raise.one_translation", {}] : null;
}
