// The console page: reads the hall's state, sends an agent's verbs, follows the live connection.

import { panelFor } from "./console_panels.js";
import { drawPlaces } from "./console_places.js";
import { createKeys } from "./console_keys.js";
import { drawNeeds } from "./console_needs.js";
import { createView, mayAct } from "./console_view.js";
import {
  emptyConsole, mustTell, phaseOf, requestOf, serverNow, summaryDue, waitingCount, withCounter, withLeg, withLiveness, withQueue,
} from "./console_state.js";
import { createMessages } from "./messages_view.js";
import { hourTeller, minutes, secondsSince } from "./durations.js";
import { isField, show, write } from "./dom.js";
import { isBehind } from "./freshness.js";
import { actionOf } from "./keys.js";
import { connect, spread } from "./live.js";
import { queueFeed } from "./queue_feed.js";
import { readJson, sayer } from "./sentences.js";
import { csrfHeader, read, send } from "./verbs.js";

const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone), hall: hallWords(page) };
const view = createView(words);
const keys = createKeys(say);
const ui = { isLoading: true, isSending: false, panel: null, isRefetching: false };
const STORED_AT = `parvis.console.${page.hall.slug}`;
const WITH_PANEL = new Set(["transfer", "pause", "cancel", "chosen", "returned", "park", "parked", "add_service", "correct_service", "outcome"]);
const QUEUE = `/api/v1/halls/${page.hall.slug}/queue`;
let state = emptyConsole();
let summary = { waiting: null, saidAtMs: 0 };

const socket = connect("/agent", { hall: page.hall.slug }, {
  live: () => { change(withLiveness(state, true, Date.now())); keepSession(); refresh(); },
  lost: () => change(withLiveness(state, false, Date.now())),
  refused: () => refuse(say("console.refused.signed_out")),
  messages: {
    "queue.changed": queueFeed({ fetchQueue: () => read(QUEUE), apply: takeQueue }),
    "message.changed": ({ counter }) => { if (counter && counter === state.counter?.counter) messages.refresh(); },
    heartbeat: (beat) => { if (isBehind(state.seen, beat)) setTimeout(refresh, spread()); },
  },
});

const messages = createMessages({
  words, attempt,
  path: () => (state.counter?.session ? `/api/v1/counters/${state.counter.counter}/messages` : null),
});

function hallWords({ hall, counters, services, profiles, languages }) {
  const names = new Map(services.map(({ id, name }) => [id, name]));
  const spoken = new Intl.DisplayNames([page.language], { type: "language" });
  return {
    ...hall, counters, services, profiles, languages,
    serviceIds: services.map(({ id }) => id),
    serviceName: (id) => names.get(id) ?? id,
    languageName: (code) => spoken.of(code),
  };
}

function change(next) {
  const before = state;
  state = next;
  if (state.takenAt && !before.takenAt) closePanel();
  render();
}

function render() {
  const nowMs = Date.now();
  view.render(state, nowMs, ui);
  drawNeeds(state, words, { act, isFree: phaseOf(state) === "free" });
  if (phaseOf(state) === "choose") drawPlaces(state, words, openCounter);
  show("[data-taken]", Boolean(state.takenAt));
  if (state.takenAt) write("taken", say("console.choose.taken", { at: words.hour(state.takenAt) }));
  show("[data-acts]", ui.panel === null && phaseOf(state) !== "choose");
  show("[data-panel]", ui.panel !== null && ui.panel !== "keys");
  show("[data-keys]", ui.panel === "keys");
  if (ui.panel === "keys") show("[data-view]", false);
  write("pause-reason", pauseWords(state.counter));
}

function pauseWords(counter) {
  const key = `console.pause.reason.${counter?.pause_reason}`;
  return say.knows(key) ? say(key) : (counter?.pause_reason ?? "");
}

// What the server knows

function takeQueue(queue) {
  const before = state.counter;
  change(withQueue(state, queue, Date.now()));
  const { counter } = state;
  if (counter?.session && (counter.state !== before.state || counter.leg?.leg !== before.leg?.leg)) readCounter();
}

async function refresh() {
  try {
    const nowMs = Date.now();
    const queue = await read(QUEUE);
    change(withQueue(state, queue, nowMs));
    const { counter } = stored();
    if (counter) await readCounter(counter);
  } catch {
    // Not reachable: the page says that it is not live, and the next connection refreshes.
  }
  ui.isLoading = false;
  render();
}

async function readCounter(id = state.counter?.counter) {
  if (!id) return;
  try {
    const counter = await read(`/api/v1/counters/${id}`);
    const isOurs = counter.session && counter.session === stored().session;
    const isNew = isOurs && state.counter?.session !== counter.session;
    change(isOurs ? withCounter(state, counter) : { ...state, counter: null });
    if (isNew || !isOurs) messages.refresh();
  } catch {
    // Same as above: the shown state stays until the connection is back.
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORED_AT)) ?? {};
  } catch {
    return {};
  }
}

function keep(values) {
  localStorage.setItem(STORED_AT, JSON.stringify(values));
}

function keepSession() {
  const { counter, session } = stored();
  if (!session || !socket.connected) return;
  socket.emit("counter.keep", { counter, session }, (isHeld) => { if (isHeld === false) readCounter(); });
}

// What the agent does

async function openCounter({ id, services, profile, takeOver }) {
  const path = `/api/v1/counters/${id}/session`;
  const answer = await attempt({ path, body: { services, profile, take_over: Boolean(takeOver) } });
  if (!answer.ok) return refresh();
  keep({ counter: id, session: answer.body.session });
  keepSession();
  await readCounter(id);
  document.getElementById("main").focus();
}

async function act(action, choice) {
  if (action === "receive_below") return receiveBelow(choice);
  if (!mayAct(action, state, serverNow(state, Date.now()), ui)) return explainWhyNot(action);
  if (["finish", "next"].includes(action) && !choice && mustTell(state, page.services)) return openPanel("outcome");
  if (WITH_PANEL.has(action) && !choice) return openPanel(action);
  if (action === "greeting") return greet(choice);
  closePanel();
  const verb = action === "pause-now" ? "pause" : action;
  await perform(verb, requestOf(verb, state, choice ?? (action === "pause-now" ? { reason: "break" } : {})));
}

/** Who cannot come to this counter is received at a step-free one: this place is left, that one is taken. */
async function receiveBelow({ visit, counter }) {
  const left = await attempt(requestOf("close", state));
  if (!left.ok) return;
  keep({});
  await openCounter({ id: counter });
  if (state.counter?.counter === counter) await act("chosen", { visit, reason: "step_free" });
}

async function perform(verb, request) {
  const was = state.counter;
  const answer = await attempt(request);
  if (verb === "close" && answer.ok) keep({});
  if (answer.ok && ["next", "postpone", "park", "parked", "add_service", "correct_service", "outcome", "yes", "no", "recall", "finish", "transfer", "cancel", "chosen", "card_seen", "card_missing", "hold"].includes(verb)) {
    change(withLeg(state, answer.body?.leg ? answer.body : null));
    tellOutcome(verb, was, answer);
  }
  if (verb === "close" && answer.ok) change({ ...state, counter: null });
  await readCounter();
  if (!state.isLive) await refresh();
}

function tellOutcome(verb, was, answer) {
  const isNobody = ["next"].includes(verb) && !answer.body?.leg;
  if (isNobody) tell(say(was.leg ? "console.outcome.finished_nobody" : "console.outcome.nobody"));
  else if (["next", "chosen"].includes(verb)) tell(say("console.outcome.called", { number: answer.body.number }));
  else tell(say(`console.outcome.${verb}`, { number: was.leg?.number ?? answer.body?.number ?? "" }));
}

async function greet(choice) {
  const { services, counter } = state.counter;
  if (!choice && services.length > 1) return openPanel("greeting");
  const service = choice?.service ?? services[0];
  closePanel();
  const answer = await attempt({ path: `/api/v1/halls/${page.hall.slug}/greetings`, body: { service, counter } });
  if (answer.ok) tell(say("console.outcome.greeting", { service: words.hall.serviceName(service) }));
  await readCounter();
}

/** Sends one request, says what comes of it, and answers the verdict. A refusal leads to a fresh state. */
async function attempt(request) {
  ui.isSending = true;
  show("[data-refused]", false);
  tell("");
  render();
  const { counter, session } = stored();
  const headers = { ...csrfHeader(), ...(session ? { "X-Counter-Session": session, "X-Counter": counter } : {}) };
  const answer = await send({ ...request, headers }, { onRepeat: () => tell(say("console.outcome.repeating")) });
  ui.isSending = false;
  if (!answer.ok) {
    tell("");
    refuse(answer.status === 0 ? say("console.refused.no_answer") : (answer.problem?.detail ?? say("console.refused.unknown")));
    if (answer.status !== 0) await refresh();
  }
  render();
  return answer;
}

function tell(text) {
  for (const place of document.querySelectorAll("[data-outcome]")) place.textContent = text;
}

function refuse(text) {
  write("refused", text);
  show("[data-refused]", text !== "");
}

function explainWhyNot(action) {
  if (ui.isSending || action === "back") return;
  const key = phaseOf(state) === "called" && action === "next" ? "console.refused.answer_first" : "console.refused.not_now";
  refuse(say(key));
}

// Panels

function openPanel(action) {
  ui.panel = action;
  const nowMs = serverNow(state, Date.now());
  if (action !== "keys") {
    const { title, nodes } = panelFor(action, { state, words, nowMs, choose: (choice) => act(action, choice) });
    write("panel-title", title);
    document.querySelector("[data-panel-body]").replaceChildren(...nodes);
  } else {
    keys.draw();
  }
  render();
  const panel = document.querySelector(action === "keys" ? "[data-keys]" : "[data-panel]");
  panel.focus();
  panel.scrollIntoView({ block: "nearest" });
  if (["chosen", "returned", "parked"].includes(action)) refillPanel(action);
}

/** The message carries few rows: a panel that lists people asks once for all of them. */
async function refillPanel(action) {
  if (ui.isRefetching) return;
  ui.isRefetching = true;
  try {
    const queue = await read(QUEUE);
    state = { ...state, queue };
    if (ui.panel === action) openPanel(action);
  } catch {
    // The rows of the last message stay.
  }
  ui.isRefetching = false;
}

function closePanel() {
  if (ui.panel === null) return;
  const from = ui.panel;
  ui.panel = null;
  render();
  const opener = document.querySelector(`[data-open="${from}"], [data-act="${from}"]`);
  (opener?.disabled ? document.getElementById("main") : opener)?.focus();
}

// Keys, presses, the voice of the page

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act], [data-open]");
  if (!button) return;
  if (button.dataset.open) return ui.panel === button.dataset.open ? closePanel() : openPanel(button.dataset.open);
  const { act: action } = button.dataset;
  if (action === "back") return closePanel();
  if (action === "default-keys") return keys.reset();
  act(action);
});

document.addEventListener("keydown", (event) => {
  if (keys.take(event)) return;
  if (event.key === "Escape" && ui.panel) return closePanel();
  if (ui.panel && /^[1-9]$/.test(event.key) && !isField(event.target)) {
    const choice = document.querySelector(`[data-panel] [data-choice="${event.key}"]`);
    if (choice) return choice.click();
  }
  const action = actionOf(event, { ...keys.chosen, isInField: isField(event.target) });
  if (!action || ui.panel === "keys") return;
  event.preventDefault();
  if (action === "speak") return speak(stateInWords());
  if (phaseOf(state) === "choose") return;
  act(action === "pause" && phaseOf(state) === "paused" ? "resume" : action === "pause" && !document.querySelector("[data-panel]") ? "pause-now" : action);
});

document.querySelector("[data-choose-form]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const id = document.querySelector('[data-list="place-options"]').value;
  const counter = page.counters.find((one) => one.id === id);
  const isHeld = Boolean(state.queue?.counters.find((one) => one.counter === id)?.session);
  openCounter({ id, services: counter.services, takeOver: isHeld });
});

// Two windows of one agent, the page and the bar, share a counter: what one opens, the other shows.
globalThis.addEventListener("storage", (event) => { if (event.key === STORED_AT) refresh(); });

function speak(text) {
  const place = document.querySelector("[data-say]");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

function stateInWords() {
  const { counter, queue } = state;
  const phase = phaseOf(state);
  const nowMs = serverNow(state, Date.now());
  const from = counter?.leg ? (counter.leg.started_at ?? counter.leg.last_called_at) : counter?.since;
  const here = say(`console.speak.${phase}`, { number: counter?.leg?.number ?? "", duration: minutes(secondsSince(from, nowMs), say) });
  const count = waitingCount(queue, phase === "choose" ? words.hall.serviceIds : counter.services);
  return [state.isLive ? "" : say("console.live.connecting"), here, say("console.waiting.said", { count })].filter(Boolean).join(" ");
}

function sayNowAndThen(nowMs) {
  if (!state.queue || phaseOf(state) === "choose") return;
  const waiting = waitingCount(state.queue, state.counter.services);
  const due = summaryDue(summary, waiting, nowMs);
  summary = due.memory;
  if (due.more === null) return;
  const key = due.more > 0 ? "console.waiting.more_people" : "console.waiting.fewer_people";
  speak(`${say(key, { count: Math.abs(due.more) })} ${say("console.waiting.said", { count: waiting })}`);
}

setInterval(() => { view.tick(state, Date.now()); sayNowAndThen(Date.now()); }, 1000);
setInterval(keepSession, 20000);
render();
refresh();
