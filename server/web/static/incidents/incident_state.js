// What a page knows of incidents, by hall, and what it says of them. Pure: no DOM.

import { serverNow } from "../shared/clock.js";
import { accepted, NOTHING_SEEN } from "../shared/freshness.js";

/** How long others still see that somebody comes. */
const ANSWERED_SHOWN_MS = 2 * 60 * 1000;

/**
 * @typedef {{ order: import("../shared/freshness.js").Order, message: Api.HallIncidents }} Known
 * @typedef {object} State
 * @property {Record<string, Known>} halls
 * @property {readonly string[]} own
 * @property {readonly string[]} answered
 * @property {number} clockOffsetMs of the server's clock
 */

/** @type {Readonly<State>} */
export const NO_INCIDENTS = Object.freeze({ halls: {}, own: [], answered: [], clockOffsetMs: 0 });

/**
 * The state after a message of a hall; an older one changes nothing.
 *
 * @param {State} state
 * @param {Api.HallIncidents} message
 * @returns {State}
 */
export function withHall(state, message) {
  const order = accepted(state.halls[message.hall]?.order ?? NOTHING_SEEN, message);
  return order === null ? state : { ...state, halls: { ...state.halls, [message.hall]: { order, message } } };
}

/**
 * The state after what the server answered at `nowMs` of this computer, with what this page itself has just
 * sent.
 *
 * @param {State} state
 * @param {Api.IncidentsAnswer} answer
 * @param {number} nowMs
 * @returns {State}
 */
export function withAnswer(state, answer, nowMs) {
  const read = answer.halls.reduce(withHall, state);
  const [first] = answer.halls;
  const clockOffsetMs = first ? Date.parse(first.as_of) - nowMs : state.clockOffsetMs;
  const joined = (before, more) => [...new Set([...before, ...more])];
  const own = joined(state.own, answer.own);
  return { ...read, own, answered: joined(state.answered, answer.answered), clockOffsetMs };
}

const every = (state) =>
  Object.values(state.halls).flatMap(({ message }) =>
    message.incidents.map((incident) => ({ ...incident, hall: message.hall, hallName: message.name })),
  );

/** The incidents that this person raised, the oldest first. */
export function ownIncidents(state) {
  return every(state).filter(({ incident }) => state.own.includes(incident));
}

/**
 * The incidents of others that a page of a hall (slug) shows: those nobody answered first, answered ones for
 * two minutes by the server's clock, the one this person goes to until it is over. `nowMs`: of this computer.
 */
export function receivedIncidents(state, hall, nowMs) {
  const serverMs = serverNow(state, nowMs);
  return every(state)
    .filter((one) => !state.own.includes(one.incident))
    .filter((one) => one.hall === hall || one.is_beyond)
    .filter(
      (one) =>
        one.state !== "answered" ||
        state.answered.includes(one.incident) ||
        serverMs - Date.parse(one.answered_at) < ANSWERED_SHOWN_MS,
    )
    .sort((one, other) => Number(one.state === "answered") - Number(other.state === "answered"));
}

/** Whether a page has not yet reported an incident to its person: a sound may say so once. */
export function newlyReceived(before, after) {
  const ids = new Set(before.map(({ incident }) => incident));
  return after.some((one) => one.state !== "answered" && !ids.has(one.incident));
}

const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** The label of a counter in a language, in French where it is not translated; null where there is none. */
const labelIn = (labels, language) => labels && (labels[language] ?? labels.fr);

/** The place of an incident: its counter, or the reception desk. */
export function placeText({ labels }, { say, language }) {
  const label = labelIn(labels, language);
  return label === null ? say("incidents.place.reception") : capital(label);
}

/** Who comes: the counter they hold, else their function; with their hall when it is another one. */
export function comingText({ answered_by: by }, { say, language }) {
  const person = labelIn(by.labels, language) ?? say(`incidents.role.${by.role}`);
  return by.hall === null ? person : `${person} (${by.hall})`;
}

/**
 * Who would receive an incident now, as sentences.
 *
 * @param {Api.ReceiversAnswer} found
 */
export function receiversTexts({ here, beyond, is_known: isKnown, phone }, { say, language }) {
  if (!isKnown) return [say("incidents.panel.unknown", { phone })];
  if (here.length === 0 && beyond === 0) return [say("incidents.panel.nobody", { phone })];
  if (here.length === 0) return [say("incidents.panel.nobody_here", { count: beyond })];
  const names = here.map(({ page, labels }) => labelIn(labels, language) ?? say(`incidents.who.${page}`));
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const listed = [...counts].map(([name, count]) => (count > 1 ? `${name} (${count})` : name)).join(", ");
  return [
    say("incidents.panel.here", { who: listed }),
    ...(beyond > 0 ? [say("incidents.panel.beyond", { count: beyond })] : []),
  ];
}

/** What becomes of an incident, for the person who raised it; `isReceived` false: nobody was connected. */
export function ownText(incident, { say, language, hour, phone, isReceived }) {
  if (incident.state === "answered")
    return say("incidents.own.answered", { who: capital(comingText(incident, { say, language })) });
  if (incident.state === "unanswered") return say("incidents.own.unanswered", { phone });
  if (!isReceived) return say("incidents.own.nobody", { phone });
  const key = incident.state === "escalated" ? "incidents.own.escalated" : "incidents.own.sent";
  return say(key, { at: hour(incident.raised_at) });
}

/** What another person reads of an incident. */
export function receivedText(incident, { say, language, hour, hall, isMine }) {
  const place = placeText(incident, { say, language });
  const where = incident.hall === hall ? place : `${incident.hallName} · ${place}`;
  if (incident.state === "answered") {
    return isMine
      ? say("incidents.received.mine", { place: where })
      : say("incidents.received.answered", { place: where, who: comingText(incident, { say, language }) });
  }
  const key = incident.state === "raised" ? "incidents.received.asks" : "incidents.received.nobody";
  return say(key, { place: where, at: hour(incident.raised_at) });
}
