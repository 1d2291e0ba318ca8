// What the page of alerts makes of what the server tells: which hold, which are over, whom to ask. Pure.

/** The alerts that hold somewhere, each with its halls where it does; and those that hold nowhere any more. */
export function sorted(alerts) {
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
export function reached(hall) {
  const count = hall.screens.length;
  const shown = hall.screens.filter((screen) => screen.state === "shown").length;
  return { count, shown, key: count === 0 ? "none" : shown === count ? "all" : "some" };
}

/** Whether a screen is still waited for: the page then asks again every second. */
export const isWaited = (alerts) => alerts.some((alert) => alert.halls.some((hall) => hall.is_in_force && hall.screens.some((screen) => screen.state === "waiting")));

/** Who confirmed the end a first time, and whether another person must confirm it; null before anybody did. */
export function askedEnd(alert) {
  const asked = alert.halls.filter((hall) => hall.is_in_force && hall.end_asked_by !== null);
  if (!asked.length) return null;
  return { by: asked[0].end_asked_by, needsOther: asked.some((hall) => hall.needs_second_person) };
}

/** The body of a press: what the form says. `press` is the same for every try. */
export function bodyOf({ kind, halls, isDrill, texts, lasts }, press) {
  const body = { halls, kind, press_id: press, drill: isDrill };
  if (kind === "custom") body.texts = texts;
  if (lasts) body.expires_after_s = Number(lasts);
  return body;
}

/** The words of a message that were typed, by language: those of no language that was left empty. */
export const typedTexts = (all) => Object.fromEntries(Object.entries(all).filter(([, { title, text }]) => title || text));

/** What is wrong with typed words, [key, values]: words without their message, or exactly one translation; null: nothing. */
export function wrongWith(texts, nameOf) {
  const untitled = Object.keys(texts).find((language) => !texts[language].title);
  if (untitled) return ["alerts.raise.title_missing", { language: nameOf(untitled) }];
  return Object.keys(texts).length === 2 ? ["alerts.raise.one_translation", {}] : null;
}
