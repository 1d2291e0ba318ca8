// What the visitor's phone says about a ticket: pure functions. The server's first page decides the same.

/** @typedef {[key: string, values: Record<string, any>]} Sentence a value may itself be a sentence */

const HOUR = 60;
// of an open service; what is closed has a part of the page for itself
const WHY_NO_WAIT = ["held", "paused", "no_counter", "after_closing"];

/** The part of the page to show: waiting, closed, called, in_service, parked, or ended.<reason>. */
export function partOf(ticket) {
  if (ticket.state === "ended") return `ended.${ticket.end_reason}`;
  if (ticket.state === "waiting" && ticket.is_open === false) return "closed";
  return ticket.state;
}

/**
 * How many people are before this visitor.
 *
 * @param {Api.FollowedTicket} ticket
 * @returns {Sentence}
 */
export function aheadSaid(ticket) {
  return ticket.ahead ? ["phone.ahead", { count: ticket.ahead }] : ["phone.ahead.none", {}];
}

/**
 * Why there are no calls, where the page says when they continue.
 *
 * @param {Api.FollowedTicket} ticket
 * @returns {Sentence}
 */
export function closedSaid({ why_no_wait: why }) {
  return [why === "break" ? "phone.break" : "phone.closed", {}];
}

/**
 * The remaining wait as a range in minutes and hours, or why there is none.
 *
 * @param {Api.FollowedTicket} ticket
 * @returns {Sentence}
 */
export function waitSaid({ wait, why_no_wait: why }) {
  if (wait === null) return [`phone.wait.${WHY_NO_WAIT.includes(why ?? "") ? why : "unknown"}`, {}];
  if (wait.high_s === 0) return ["phone.wait.none", {}];
  const [low, high] = [Math.floor(wait.low_s / 60), Math.ceil(wait.high_s / 60)];
  switch (wait.said) {
    case "under":
      return ["phone.wait.under", { high: durationSaid(high) }];
    case "over":
      return ["phone.wait.over", { low: durationSaid(low) }];
  }
  if (low === high) return ["phone.wait.about", { high: durationSaid(high) }];
  if (high >= HOUR) return ["phone.wait.range_hours", { low: durationSaid(low), high: durationSaid(high) }];
  return ["phone.wait.range", { low, high }];
}

/**
 * Why nobody calls now, beside a wait that counts the counters' return.
 *
 * @param {Api.FollowedTicket} ticket
 * @returns {Sentence | null}
 */
export function awaySaid({ wait, why_no_wait: why }) {
  return wait && ["paused", "no_counter"].includes(why ?? "") ? [`phone.wait.${why}`, {}] : null;
}

/**
 * Whole minutes as people say them: hours from one hour on.
 *
 * @param {number} whole
 * @returns {Sentence}
 */
export function durationSaid(whole) {
  const [hours, minutes] = [Math.floor(whole / HOUR), whole % HOUR];
  if (hours === 0) return ["phone.duration.minutes", { minutes }];
  if (minutes === 0) return ["phone.duration.hours", { hours }];
  return ["phone.duration.hours_minutes", { hours, minutes: String(minutes).padStart(2, "0") }];
}

/**
 * When a closed counter opens again: {isToday, at} or null when unknown. `dayOf` gives an instant's local
 * date.
 */
export function openingOf({ next_opening_at: at, as_of: asOf }, dayOf) {
  return at ? { at, isToday: dayOf(at) === dayOf(asOf) } : null;
}

/** Whether a new state is a call to alert for: a call not yet announced, of this rank, less than 20 s old. */
export function isNewCall(before, ticket, nowMs) {
  if (ticket.state !== "called" || !ticket.call) return false;
  const isTold =
    before?.state === "called" &&
    before.call?.rank === ticket.call.rank &&
    before.call?.called_at === ticket.call.called_at;
  return !isTold && nowMs - Date.parse(ticket.call.called_at) < 20000;
}

/**
 * The words for an alert that was just taken back, at an instant of the server's clock: as `alertWords`.
 *
 * @param {Pick<Api.FollowedTicket, "alert" | "alert_taken_back">} ticket
 * @param {string} language
 * @param {any} prepared the screens’ words, by language
 * @param {number} at
 */
export function takenBackWords({ alert, alert_taken_back: back }, language, prepared, at) {
  return alert || !back || Date.parse(back.until ?? "") <= at
    ? []
    : alertWords({ alert: back }, language, prepared);
}

/** The languages in which a phone shows prepared words: its own where somebody has read them, then French. */
export const alertLanguages = (language, prepared) =>
  [...new Set([language, "fr"])].filter((code) => prepared[code]);

/**
 * What an alert of the hall says, [language, title, text]; none without an alert. The phone's language first,
 * then French, then those of a custom alert. `prepared`: the screens' words, by language.
 */
export function alertWords({ alert }, language, prepared) {
  if (!alert) return [];
  const own = Object.keys(alert.texts ?? {}).length ? alert.texts : null;
  const texts =
    own ??
    Object.fromEntries(
      alertLanguages(language, prepared).map((code) => [code, prepared[code].kinds[alert.kind]]),
    );
  const place = (code) => [language, "fr"].indexOf(code) + 1 || 3;
  const codes = Object.keys(texts).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  return codes.map((code) => [code, texts[code].title, texts[code].text]);
}

/** The alert of a message, with its known words in further languages: a message holds only some of them. */
export function withKnownWords(alert, before) {
  return alert && before?.alert === alert.alert
    ? { ...alert, texts: { ...before.texts, ...alert.texts } }
    : alert;
}

/** Whether a call may still come: the screen stays awake for it. */
export function mayBeCalled({ state }) {
  return ["waiting", "called", "parked"].includes(state);
}

/** Whether a visitor is told now that the turn is near: once in a visit, never after the call. */
export function isToldSoon({ state, is_soon: isSoon }, wasTold) {
  return state === "waiting" && isSoon && !wasTold;
}

/** The rows of what a visitor may do now. */
export function choicesOf(ticket) {
  const waiting = ticket.state === "waiting" ? ["sms", "away"] : [];
  return [...waiting, ...(ticket.may_defer ? ["defer"] : []), ...(ticket.may_give_up ? ["give-up"] : [])];
}

/** The request that a form of the page stands for: path behind the ticket's, method, body. */
export function requestFor(name, { number, minutes }) {
  switch (name) {
    case "remind":
      return ["reminders", "POST", { number }];
    case "stop":
      return ["reminders/sms", "DELETE", undefined];
    case "away":
      return ["away", "POST", { minutes: minutes ? Number(minutes) : null }];
    default:
      return [name, "POST", {}];
  }
}
