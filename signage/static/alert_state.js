// The alert of a screen, without a browser: how messages change it, its words and their language now.

import { isNewer } from "./message_order.js";

export const TURN_MS = 6_000; // each language of the hall, one after the other
export const SPOKEN_EVERY_MS = 60_000;

/**
 * The known alert of the hall after a message with an alert, a board or its own: a later one replaces it, the
 * same one again brings its voice. `held` is the alert known before, null for none.
 */
export function receiveAlert(held, message) {
  if (message.alert === undefined) return held;
  const { epoch, version, as_of } = message;
  const alert = toldAlert(message);
  const isSame = held?.alert?.alert === alert?.alert;
  const audio = Object.values(message.audio ?? {})[0] ?? (isSame ? (held?.audio ?? null) : null);
  if (!isNewer(held, message)) return isSame && audio ? { ...held, audio } : held;
  return { epoch, version, as_of, alert, audio };
}

/**
 * The alert in a message; else one that was just taken back, under its own id, so that it is spoken again.
 */
function toldAlert({ alert, alert_taken_back: back }) {
  return alert ?? (back ? { ...back, alert: `${back.alert} taken back` } : null);
}

/** Whether the page only says that an alert was a mistake: it stops nothing and gives way to a call. */
export const isTakenBack = (alert) => alert?.kind === "taken_back";

/**
 * The alert to show at an instant of the server's clock; one with a stated time ends by itself, also without
 * a server.
 */
export function shownAlert(held, at) {
  const alert = held?.alert ?? null;
  if (alert?.until && Date.parse(alert.until) <= at) return null;
  return alert;
}

/**
 * What an alert says, a page a language, French first: the hall's languages for prepared words, its own for a
 * custom one. `prepared` is what the page was loaded with, `further` all words of custom alerts, by alert,
 * once they were fetched.
 */
export function pagesOf(alert, { prepared, languages, further = {} }) {
  const custom = further[alert.alert] ?? alert.texts ?? {};
  const isCustom = Object.keys(custom).length > 0;
  const found = isCustom
    ? Object.keys(custom)
    : languages.filter((language) => prepared.languages[language]?.kinds[alert.kind]);
  const spoken = found.toSorted(
    (one, other) => Number(other === prepared.own) - Number(one === prepared.own),
  );
  return (spoken.length ? spoken : [prepared.own]).map((language) => {
    const around = prepared.languages[language] ?? prepared.languages[prepared.own];
    const { title, text } = (isCustom ? custom[language] : around.kinds[alert.kind]) ?? {
      title: "",
      text: "",
    };
    return {
      language,
      title,
      text,
      drill: alert.drill ? around.drill : "",
      drillText: alert.drill ? around.drill_text : "",
      since: around.since,
      notFire: isTakenBack(alert) ? "" : around.not_fire,
    };
  });
}

/**
 * The texts on the screen a given time after the alert was raised: the first page, French, always, and one of
 * the others in turn.
 */
export function turnAt([first, ...others], sinceMs) {
  return { first, other: others[Math.floor(Math.max(sinceMs, 0) / TURN_MS) % others.length] ?? null };
}
