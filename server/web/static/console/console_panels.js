// The panel in the page where a choice is made: the target of a transfer, the reason of a pause, a visitor
// out of order.

import { element, one } from "../shared/dom.js";
import {
  choices,
  linkPanel,
  noteInput,
  numbered,
  outcomePanel,
  parkedPanel,
  parkPanel,
  placeChoice,
} from "./console_visit_panels.js";
import { takenTexts } from "./console_opening.js";
import { capital } from "./console_view.js";
import { doubtOf, leftByClosing, mayServe, pausesAfter, servedBy, waitingRows } from "./console_state.js";
import { countersOf } from "./session_places.js";
import { minutes, todayAt } from "../shared/durations.js";

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
 * The content of a panel for an action: {title, nodes}; `choose` is called with what the verb needs;
 * `refusal`: a choice the server asks about.
 */
export function panelFor(action, given) {
  const offer = given.state.gestures[action];
  const panel = PANELS[action] ?? (offer.asks === "reason" ? reasonPanel : servicePanel);
  return panel({ ...given, offer });
}

function transferPanel({ state, words, nowMs, choose }) {
  const { say, hall } = words;
  const { leg, counter } = state.counter;
  const services = hall.services
    .filter(({ id }) => id !== leg.service)
    .map(({ id, name }) => ({ label: name, note: servedNote(id, state, words), value: { service: id } }));
  const counters = hall.counters
    .filter(({ id }) => id !== counter)
    .map(({ id, label }) => ({
      label: capital(label),
      note: placeNote(id, state, words, leg.service),
      value: { counter: id },
    }));
  const all = numbered([...services, ...counters]);
  const place = placeChoice(words, "arrival");
  const at = element("input", { type: "time", id: "transfer-at" });
  const note = noteInput("transfer-note");
  const go = (value) =>
    choose({
      ...value,
      place: place.chosen(),
      note: note.value.trim() || null,
      ...(at.value ? { not_before: todayAt(at.value, nowMs, hall.time_zone) } : {}),
    });
  const send = (value) => {
    const doubt = doubtOf(value, state.queue, hall, leg);
    if (!doubt) return go(value);
    const text = say(`console.transfer.ask_${doubt}`, {
      counter: value.counter ? capital(hall.counterLabel(value.counter)) : hall.serviceName(value.service),
      number: leg.number,
    });
    return showQuestion(
      { texts: [text], yes: say("console.transfer.send_anyway") },
      words,
      () => go(value),
      () => choose(null),
    );
  };
  return {
    title: say("console.transfer.title", { number: leg.number }),
    nodes: [
      element(
        "div",
        { class: "where" },
        place.node,
        element(
          "p",
          {},
          element("label", { for: "transfer-at" }, say("console.transfer.not_before")),
          " ",
          at,
        ),
        element("p", {}, element("label", { for: note.id }, say("console.outcome_of.note")), " ", note),
      ),
      element("h3", {}, say("console.transfer.services")),
      choices(all.slice(0, services.length), send),
      element("h3", {}, say("console.transfer.counters")),
      choices(all.slice(services.length), send),
    ],
  };
}

/** A question in the panel, the answer that changes nothing first. */
function showQuestion({ texts, yes }, { say }, go, leave) {
  const body = one("[data-panel-body]");
  body.replaceChildren(...questionNodes({ texts, yes, no: say("console.ask.no") }, go, leave));
  body.closest("[data-panel]")?.focus();
}

function questionNodes({ texts, yes, no }, go, leave) {
  const entries = numbered([
    { label: no, value: false },
    { label: yes, value: true },
  ]);
  return [
    ...texts.map((text) => element("p", { class: "question-text" }, text)),
    choices(entries, (isSure) => (isSure ? go() : leave())),
  ];
}

/** The question before a counter with a visitor closes, or while people wait for it alone. */
function closePanel({ state, words, choose }) {
  const { say } = words;
  const { serving, awaited } = leftByClosing(state);
  const texts = serving.map(({ number }) => say("console.close.serving", { number }));
  if (awaited.length)
    texts.push(
      say("console.close.awaited", {
        count: awaited.length,
        numbers: awaited.map(({ number }) => number).join(", "),
      }),
    );
  return {
    title: say(serving.length ? "console.close.title" : "console.close.title_awaited"),
    nodes: questionNodes(
      { texts, yes: say("console.close.yes"), no: say("console.ask.no") },
      () => choose({ isSure: true }),
      () => choose(null),
    ),
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

/** Whether a counter serves a service now in words: how many do. */
export function servedNote(service, { queue }, { say }) {
  const count = servedBy(queue, service);
  return count ? say("console.transfer.served", { count }) : say("console.transfer.unserved");
}

function reasons({ action, reasons: codes = [] }, { say }) {
  return numbered(
    codes.map((code) => ({ label: say(`console.${action}.reason.${code}`), value: { reason: code } })),
  );
}

function pausePanel({ state, words, offer, choose }) {
  const title = pausesAfter(state) ? "console.pause.after_title" : "console.pause.title";
  return { title: words.say(title), nodes: [choices(reasons(offer, words), choose)] };
}

/** One of the reasons of a gesture. */
function reasonPanel({ state, words, offer, choose }) {
  return explainedPanel(state, words.say, offer, choices(reasons(offer, words), choose));
}

/** A service of the hall; another one than the visitor came for, where the gesture asks for that. */
function servicePanel({ state, words: { say, hall }, offer, choose }) {
  const own = offer.asks === "other_service" ? state.counter.leg.service : null;
  const services = hall.services.filter(({ id }) => id !== own);
  const entries = numbered(services.map(({ id, name }) => ({ label: name, value: { service: id } })));
  return explainedPanel(state, say, offer, choices(entries, choose));
}

function explainedPanel({ counter }, say, { action }, list) {
  return {
    title: say(`console.${action}.title`, { number: counter.leg.number }),
    nodes: [element("p", {}, say(`console.${action}.explain`)), list],
  };
}

/** Draws a panel of people again with the picked person still picked, and none when that person has gone. */
export function keepingPicked(redraw) {
  const people = '[data-panel-body] input[name="visit"]';
  /** @type {HTMLInputElement | null} */
  const picked = document.querySelector(`${people}:checked`);
  const hasFocus = picked !== null && picked === document.activeElement;
  redraw();
  if (!picked) return;
  for (const person of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(people))) {
    person.checked = person.value === picked.value;
    if (person.checked && hasFocus) person.focus();
  }
}

function chosenPanel({ state, words, nowMs, offer, choose }) {
  const { say, hall } = words;
  const rows = waitingRows(state.queue, hall.serviceIds, nowMs);
  const title = say("console.chosen.title");
  if (rows.length === 0)
    return { title, nodes: [element("p", { class: "none" }, say("console.waiting.nobody"))] };
  const people = rows.map(({ leg, waitedS, isEarly }) =>
    element(
      "label",
      { class: "choice" },
      element("input", { type: "radio", name: "visit", value: leg.visit }),
      element("b", {}, leg.number),
      element("bdi", {}, hall.serviceName(leg.service)),
      element("small", {}, isEarly ? say("console.waiting.on_time") : minutes(waitedS, say)),
    ),
  );
  const list = element(
    "fieldset",
    { class: "people" },
    element("legend", {}, say("console.chosen.who")),
    ...people,
  );
  /** @type {HTMLInputElement} */
  const first = one("input", list);
  first.checked = true;
  const why = element("fieldset", { class: "reasons" }, element("legend", {}, say("console.chosen.why")));
  why.append(
    choices(reasons(offer, words), ({ reason }) => {
      /** @type {HTMLInputElement | null} */
      const picked = list.querySelector("input:checked");
      if (picked) choose({ visit: picked.value, reason });
      else first.focus(); // who was picked has gone meanwhile
    }),
  );
  return { title, nodes: [element("div", { class: "two" }, list, why)] };
}

function returnedPanel({ state, words, choose }) {
  const { say, hall, hour } = words;
  const gone = state.queue?.no_shows ?? [];
  const title = say("console.returned.title");
  if (gone.length === 0)
    return { title, nodes: [element("p", { class: "none" }, say("console.returned.nobody"))] };
  const entries = gone.map((leg) => ({
    label: `${leg.number} · ${hall.serviceName(leg.service)}`,
    note: say("console.person.called", { at: hour(leg.last_called_at) }),
    value: { leg: leg.leg },
  }));
  return {
    title,
    nodes: [element("p", {}, say("console.returned.explain")), choices(numbered(entries), choose)],
  };
}

/**
 * The other counters of the hall: a closed one is held in addition to one's own; one of another session is
 * taken over with all of that session.
 */
function joinPanel({ state, words, refusal, choose }) {
  const { say, hall } = words;
  if (refusal) return takeOverPanel(refusal, words, choose);
  const held = countersOf(state.queue, state.counter.session_mark);
  const others = hall.ownCounters.filter(({ id }) => !held.includes(id));
  const entries = others.map(({ id, label }) => ({
    label: capital(label),
    note: placeNote(id, state, words),
    value: {
      counter: id,
      takeOver: Boolean(state.queue?.counters.find(({ counter }) => counter === id)?.session_mark),
    },
  }));
  const title = say("console.join.title");
  if (entries.length === 0)
    return { title, nodes: [element("p", { class: "none" }, say("console.join.nothing"))] };
  return {
    title,
    nodes: [element("p", {}, say("console.join.explain")), choices(numbered(entries), choose)],
  };
}

/** The question before a further counter is taken over while a visitor is called or served there. */
function takeOverPanel({ choice, problem }, words, choose) {
  const { say, hall } = words;
  return {
    title: say("console.join.ask_title", { counter: capital(hall.counterLabel(choice.counter)) }),
    nodes: questionNodes(
      { texts: takenTexts(problem, words), yes: say("console.choose.ask_yes"), no: say("console.ask.no") },
      () => choose({ ...choice, isSure: true }),
      () => choose(null),
    ),
  };
}

function greetingPanel({ state, words, choose }) {
  const { say, hall } = words;
  const entries = state.counter.services.map((id) => ({
    label: hall.serviceName(id),
    value: { service: id },
  }));
  return { title: say("console.greeting.title"), nodes: [choices(numbered(entries), choose)] };
}
