// The panel in the page where a choice is made: the target of a transfer, the reason of a pause, a visitor
// out of order.

import { one } from "../shared/dom.js";
import { draw, html } from "../shared/drawing.js";
import { choices, manyChoices } from "./console_choices.js";
import {
  chosenPlace,
  linkPanel,
  nobody,
  noteField,
  outcomePanel,
  parkedPanel,
  parkPanel,
  placeChoice,
  typedIn,
} from "./console_visit_panels.js";
import { chosenPanel } from "./console_chosen.js";
import { takenTexts } from "./console_opening.js";
import { capital } from "./console_view.js";
import { doubtOf, leftByClosing, mayServe, pausesAfter, servedBy } from "./console_state.js";
import { countersOf } from "./session_places.js";
import { todayAt } from "../shared/durations.js";

/** Panels that are more than a list of services or reasons. */
const PANELS = {
  transfer: transferPanel,
  pause: pausePanel,
  chosen: chosenPanel,
  returned: returnedPanel,
  greeting: greetingPanel,
  close: closePanel,
  park: parkPanel,
  parked: parkedPanel,
  outcome: outcomePanel,
  join: joinPanel,
  link: linkPanel,
};

/**
 * The content of a panel for an action: {title, body}; `choose` is called with what the verb needs;
 * `refusal`: a choice the server asks about.
 */
export function panelFor(action, given) {
  const offer = given.state.gestures[action];
  const panel = PANELS[action] ?? (offer.asks === "reason" ? reasonPanel : servicePanel);
  const ask = (question, answer) => showQuestion(question, given.words, answer);
  return panel({ ...given, offer, ask });
}

function transferPanel({ state, words, nowMs, choose, redraw }) {
  const { say, hall } = words;
  const { leg, counter } = state.counter;
  const services = hall.services
    .filter(({ id }) => id !== leg.service)
    .map(({ id, name }) => ({
      label: name,
      note: servedNote(id, state, words),
      value: { service: id },
      isPossible: servedBy(state.queue, id) > 0,
    }));
  const isServed = ({ value: { service } }) => state.counter.services.includes(service);
  const here = services
    .filter(isServed)
    .map(({ label, value }) => ({ label, value: { ...value, isCalledHere: true } }));
  const counters = hall.counters
    .filter(({ id }) => id !== counter)
    .map(({ id, label }) => ({
      label: capital(label),
      note: placeNote(id, state, words, leg.service),
      value: { counter: id },
      isPossible: isAble(id, state, words, leg.service),
    }));
  const groups = [
    { title: say("console.transfer.services"), entries: services },
    { title: say("console.transfer.here"), entries: here },
    { title: say("console.transfer.counters"), entries: counters },
  ];
  const send = (value) => {
    const at = typedIn("transfer-at");
    const transfer = {
      ...value,
      place: chosenPlace(),
      note: typedIn("transfer-note"),
      ...(at ? { not_before: todayAt(at, nowMs, hall.time_zone) } : {}),
    };
    const doubt = doubtOf(value, state.queue, hall, leg);
    if (!doubt) return choose(transfer);
    const text = say(`console.transfer.ask_${doubt}`, {
      counter: value.counter ? capital(hall.counterLabel(value.counter)) : hall.serviceName(value.service),
      number: leg.number,
    });
    const question = { texts: [text], yes: say("console.transfer.send_anyway") };
    return showQuestion(question, words, (isSure) => choose(isSure ? transfer : null));
  };
  return {
    title: say("console.transfer.title", { number: leg.number }),
    body: html`<div class="where">
        ${placeChoice(words, "arrival")}
        <p><label for="transfer-at">${say("console.transfer.not_before")}</label>
          <input type="time" class="time" id="transfer-at"></p>
        ${noteField("transfer-note", words)}
      </div>
      ${manyChoices(groups, { say, choose: send, redraw })}`,
  };
}

/** A question in the panel, the answer that changes nothing first. */
function showQuestion(question, words, answer) {
  const body = one("[data-panel-body]");
  draw(body, questionBody(question, words, answer));
  body.closest("[data-panel]")?.focus();
}

function questionBody({ texts, yes }, { say }, answer) {
  const entries = [
    { label: say("console.ask.no"), value: false },
    { label: yes, value: true },
  ];
  return html`${texts.map((text) => html`<p class="question-text">${text}</p>`)}${choices(entries, answer)}`;
}

/** The question before a counter with a visitor closes, or while people wait for it alone. */
function closePanel({ state, words, choose }) {
  const { say } = words;
  const { serving, awaited } = leftByClosing(state);
  const texts = serving.map(({ number }) => say("console.close.serving", { number }));
  const numbers = awaited.map(({ number }) => number).join(", ");
  if (numbers) texts.push(say("console.close.awaited", { count: awaited.length, numbers }));
  const question = { texts, yes: say("console.close.yes") };
  return {
    title: say(serving.length ? "console.close.title" : "console.close.title_awaited"),
    body: questionBody(question, words, (isSure) => choose(isSure ? { isSure } : null)),
  };
}

/**
 * The state of another counter in words (with few agents present, only whether it is open), that it serves
 * none of a service, and its induction loop.
 */
export function placeNote(id, { queue }, { say, hall }, service = null) {
  const status = queue?.counters.find((other) => other.counter === id);
  if (!status) return "";
  const doing = status.state === "closed" || queue.shows_counters ? status.state : "open";
  const servesNot = service !== null && !mayServe(status, hall, service);
  return [
    say(`console.place.${doing}`),
    servesNot && say("console.transfer.serves_not"),
    status.hearing_loop && say("console.place.hearing_loop"),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Whether a counter is open and serves a service. */
function isAble(id, { queue }, { hall }, service) {
  const status = queue?.counters.find((other) => other.counter === id);
  return Boolean(status) && status.state !== "closed" && mayServe(status, hall, service);
}

/** Whether a counter serves a service now in words: how many do. */
export function servedNote(service, { queue }, { say }) {
  const count = servedBy(queue, service);
  return count ? say("console.transfer.served", { count }) : say("console.transfer.unserved");
}

function reasons({ action, reasons: codes = [] }, { say }) {
  return codes.map((code) => ({ label: say(`console.${action}.reason.${code}`), value: { reason: code } }));
}

function pausePanel({ state, words, offer, choose }) {
  const title = pausesAfter(state) ? "console.pause.after_title" : "console.pause.title";
  return { title: words.say(title), body: choices(reasons(offer, words), choose) };
}

/** One of the reasons of a gesture. */
function reasonPanel({ state, words, offer, choose }) {
  return explainedPanel(state, words.say, offer, choices(reasons(offer, words), choose));
}

/** A service of the hall; another one than the visitor came for, where the gesture asks for that. */
function servicePanel({ state, words: { say, hall }, offer, choose, redraw }) {
  const own = offer.asks === "other_service" ? state.counter.leg.service : null;
  const services = hall.services.filter(({ id }) => id !== own);
  const entries = services.map(({ id, name }) => ({ label: name, value: { service: id } }));
  return explainedPanel(state, say, offer, manyChoices([{ entries }], { say, choose, redraw }));
}

function explainedPanel({ counter }, say, { action }, list) {
  return {
    title: say(`console.${action}.title`, { number: counter.leg.number }),
    body: explained(say(`console.${action}.explain`), list),
  };
}

const explained = (text, list) => html`<p>${text}</p>${list}`;

function returnedPanel({ state, words: { say, hall, hour }, choose, redraw }) {
  const entries = (state.queue?.no_shows ?? []).map((leg) => ({
    label: `${leg.number} · ${hall.serviceName(leg.service)}`,
    note: say("console.person.called", { at: hour(leg.last_called_at) }),
    value: { leg: leg.leg },
  }));
  return {
    title: say("console.returned.title"),
    body: entries.length
      ? explained(say("console.returned.explain"), manyChoices([{ entries }], { say, choose, redraw }))
      : nobody(say("console.returned.nobody")),
  };
}

/**
 * The other counters of the hall: a closed one is held in addition to one's own; one of another session is
 * taken over with all of that session.
 */
function joinPanel({ state, words, refusal, choose, redraw }) {
  const { say, hall } = words;
  if (refusal) return takeOverPanel(refusal, words, choose);
  const held = countersOf(state.queue, state.counter.session_mark);
  const others = hall.ownCounters.filter(({ id }) => !held.includes(id));
  const isHeld = (id) => Boolean(state.queue?.counters.find(({ counter }) => counter === id)?.session_mark);
  const entries = others.map(({ id, label }) => ({
    label: capital(label),
    note: placeNote(id, state, words),
    value: { counter: id, takeOver: isHeld(id) },
    isPossible: !isHeld(id),
  }));
  return {
    title: say("console.join.title"),
    body: entries.length
      ? explained(say("console.join.explain"), manyChoices([{ entries }], { say, choose, redraw }))
      : nobody(say("console.join.nothing")),
  };
}

/** The question before a further counter is taken over while a visitor is called or served there. */
function takeOverPanel({ choice, problem }, words, choose) {
  const { say, hall } = words;
  const question = { texts: takenTexts(problem, words), yes: say("console.choose.ask_yes") };
  return {
    title: say("console.join.ask_title", { counter: capital(hall.counterLabel(choice.counter)) }),
    body: questionBody(question, words, (isSure) => choose(isSure ? { ...choice, isSure } : null)),
  };
}

function greetingPanel({ state, words: { say, hall }, choose, redraw }) {
  const entries = state.counter.services.map((id) => ({
    label: hall.serviceName(id),
    value: { service: id },
  }));
  return { title: say("console.greeting.title"), body: manyChoices([{ entries }], { say, choose, redraw }) };
}
