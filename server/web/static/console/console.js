// The console page: reads the hall's state, sends an agent's verbs, follows the live connection.

import { keepingPicked, panelFor } from "./console_panels.js";
import { createHeld } from "./console_held.js";
import { createOpening, mustAsk } from "./console_opening.js";
import { outcomeWords } from "./console_outcomes.js";
import { createPauseAfter } from "./console_pause_after.js";
import { drawPlaces, openByForm } from "./console_places.js";
import { whyNot } from "./console_refusals.js";
import { createKeys } from "./console_keys.js";
import { drawNeeds } from "./console_needs.js";
import { capital, createView, drawPause, mayAct } from "./console_view.js";
import {
  emptyConsole,
  isPausing,
  isWaiting,
  leftByClosing,
  mustTell,
  pausesAfter,
  phaseOf,
  requestOf,
  withCounter,
  withLeg,
  withQueue,
} from "./console_state.js";
import { serverNow, withLiveness } from "../shared/clock.js";
import { createSpeech } from "./console_speech.js";
import { createMessages } from "../shared/messages_view.js";
import { hourTeller } from "../shared/durations.js";
import { isField, show, write } from "../shared/dom.js";
import { isBehind } from "../shared/freshness.js";
import { actionOf, keyOf } from "../shared/keys.js";
import { connect, spread } from "../shared/live.js";
import { hallWords } from "../shared/hall_words.js";
import { createPaced } from "../shared/paced.js";
import { queueFeed } from "../shared/queue_feed.js";
import { watchConfiguration } from "../shared/renewing.js";
import { atPlace, countersOf, placesOf } from "./session_places.js";
import { sessionStore } from "./session_store.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, read, send } from "../shared/verbs.js";

const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone), hall: hallWords(page) };
const view = createView(words);
const keys = createKeys(say);
const ui = { isLoading: true, isSending: false, panel: null, isRefetching: false, digit: null };
const {
  key: STORED_AT,
  stored,
  keep,
  headers: sessionHeaders,
  learnMark,
  live: keepAlive,
} = sessionStore(page.hall.slug);
const held = createHeld({ words, activate });
const breakAfter = createPauseAfter(page.hall.slug, () => stored().session);
const WITH_PANEL = new Set([
  "transfer",
  "pause",
  "cancel",
  "chosen",
  "returned",
  "park",
  "parked",
  "add_service",
  "correct_service",
  "outcome",
  "join",
  "link",
]);
const ORDER_EVERY_MS = 1500;
const REFUSED = "[data-refused], [data-refused-opening]"; // beside the gestures, and at the counter to open
const QUEUE = `/api/v1/halls/${page.hall.slug}/queue`;
let state = emptyConsole();
let reading = Promise.resolve(); // of the counter after a gesture: it tells which one an undo takes back
let outcomeLeg = null; // the leg that the outcome line says is called, or at the counter
const speech = createSpeech(words, () => state);

const socket = connect(
  "/agent",
  { hall: page.hall.slug },
  {
    live: () => {
      change(withLiveness(state, true, Date.now()));
      keepSession();
      refresh();
    },
    late: () => refresh(),
    lost: () => change(withLiveness(state, false, Date.now())),
    refused: () => refuse(say("console.refused.signed_out")),
    messages: {
      "queue.changed": queueFeed({ fetchQueue: () => read(QUEUE), apply: takeQueue }),
      "message.changed": ({ counter }) => {
        if (countersOf(state.queue, state.counter?.session_mark).includes(counter)) messages.refresh();
      },
      heartbeat: (beat) => {
        if (isBehind(state.seen, beat)) setTimeout(refresh, spread());
      },
    },
  },
);

const messages = createMessages({
  words,
  attempt,
  paths: () =>
    countersOf(state.queue, state.counter?.session_mark).map(
      (counter) => `/api/v1/counters/${counter}/messages`,
    ),
});
watchConfiguration(socket, page, () => {
  Object.assign(words.hall, hallWords(page));
  readCounter();
  if (ui.panel !== null) refillPanel(ui.panel);
  render();
});
const keepSession = keepAlive(socket, () => readCounter());

function change(next) {
  const before = state;
  state = next;
  if (state.takenAt && !before.takenAt) closePanel();
  if (outcomeLeg && state.counter?.leg?.leg !== outcomeLeg.leg) {
    tell(
      isWaiting(state.queue, outcomeLeg.leg)
        ? say("console.outcome.given_back", { number: outcomeLeg.number })
        : "",
    );
  }
  render();
}

function render() {
  const nowMs = Date.now();
  view.render(state, nowMs, ui);
  drawNeeds(state, words, { act, isFree: phaseOf(state) === "free", language: page.language });
  held.draw(state, serverNow(state, nowMs));
  if (phaseOf(state) === "choose" && !ui.isLoading) drawPlaces(state, words, opening.open);
  show("[data-taken]", Boolean(state.takenAt));
  if (state.takenAt) write("taken", say("console.choose.taken", { at: words.hour(state.takenAt) }));
  show("[data-acts]", ui.panel === null && phaseOf(state) !== "choose");
  show("[data-panel]", ui.panel !== null && ui.panel !== "keys");
  show("[data-keys]", ui.panel === "keys");
  if (ui.panel === "keys") show("[data-view]", false);
  drawPause(state, breakAfter.reasonIn(state), words);
}

// What the server knows

const { soon: readOrderSoon } = createPaced(readOrder, ORDER_EVERY_MS);

/** In which order this counter would call those who wait. */
async function readOrder() {
  const id = state.counter?.counter;
  if (!id || phaseOf(state) === "choose" || document.body.classList.contains("bar")) return;
  try {
    const order = await read(`/api/v1/counters/${id}/waiting`);
    if (state.counter?.counter === id) change({ ...state, order });
  } catch {
    // Not reachable: the list stays in the order of the queue.
  }
}

function takeQueue(queue) {
  const before = state.counter;
  readOrderSoon();
  change(withQueue(state, queue, Date.now()));
  const { counter } = state;
  if (counter?.session_mark && (counter.state !== before.state || counter.leg?.leg !== before.leg?.leg))
    readCounter();
}

async function refresh() {
  try {
    const nowMs = Date.now();
    const queue = await read(QUEUE);
    await learnMark(read);
    change(withQueue(state, queue, nowMs));
    const { counter } = stored();
    if (counter) await readCounter(counter);
  } catch {
    // Not reachable: the page says that it is not live, and the next connection refreshes.
  }
  if (ui.isLoading && breakAfter.reasonIn(state)) tell(say("console.pause.after_set"), state.counter.leg);
  ui.isLoading = false;
  render();
  if (ui.digit !== null) activate(held.at(ui.digit));
  ui.digit = null;
}

/**
 * The truth about a place. One that is no longer ours gives way to another of the session, `tried` being
 * those that did.
 */
async function readCounter(id = state.counter?.counter, tried = []) {
  if (!id) return;
  try {
    const counter = await read(`/api/v1/counters/${id}`);
    if (id !== (stored().counter ?? id)) return; // another place has become the active one meanwhile
    const isOurs = counter.session && counter.session === stored().session;
    const isNew = isOurs && state.counter?.session_mark !== counter.session_mark;
    const other = isOurs
      ? null
      : countersOf(state.queue, stored().mark).find((one) => one !== id && !tried.includes(one));
    if (other) {
      keep({ ...stored(), counter: other });
      return await readCounter(other, [...tried, id]);
    }
    change(isOurs ? withCounter(state, counter) : { ...state, counter: null });
    readOrderSoon();
    if (isNew || !isOurs) messages.refresh();
  } catch {
    // Same as above: the shown state stays until the connection is back.
  }
}

// What the agent does

const opening = createOpening({
  words,
  keep,
  attempt,
  ended: async (isOpen) => {
    if (isOpen) keepSession();
    await refresh();
    if (isOpen) document.getElementById("main").focus();
  },
});

/** The place of a digit; one pressed while the page still loads counts once the places are known. */
function toPlace(digit) {
  if (ui.isLoading) ui.digit = digit;
  else activate(held.at(digit));
}

/**
 * Another place of the session becomes the active one at once; what only its own page tells is read after.
 */
async function activate(id) {
  if (id === null || id === state.counter?.counter || ui.isSending) return;
  keep({ ...stored(), counter: id });
  ui.panel = null;
  speech.renew();
  tell("");
  refuse("");
  change(atPlace(state, id, words.hall.counters.find((one) => one.id === id)?.label ?? id));
  speech.speak(say("console.held.said", { place: capital(state.counter.label), here: speech.here() }));
  await readCounter(id);
}

async function act(action, choice) {
  if (action === "undo") await reading;
  if (!mayAct(action, state, serverNow(state, Date.now()), ui)) return explainWhyNot(action);
  if (choice === null) return closePanel();
  if (action === "pause" && pausesAfter(state)) return pauseAfter(choice);
  if (action === "next" && breakAfter.reasonIn(state)) return act("finish");
  if (action === "close" && !choice && Object.values(leftByClosing(state)).some(({ length }) => length > 0))
    return openPanel("close");
  if (["finish", "next"].includes(action) && !choice && mustTell(state, page.services))
    return openPanel("outcome");
  if (WITH_PANEL.has(action) && !choice) return openPanel(action);
  if (action === "greeting") return greet(choice);
  closePanel();
  if (action === "join") return join(choice);
  const verb = action === "pause-now" ? "pause" : choice?.isApart ? "unlink" : action;
  await perform(verb, requestOf(verb, state, choice ?? (action === "pause-now" ? { reason: "break" } : {})));
}

/**
 * The break that begins once the person here has left: chosen with its reason, taken back by the same button.
 */
function pauseAfter(choice) {
  const isChosen = breakAfter.reasonIn(state) !== null;
  if (!isChosen && !choice) return openPanel("pause");
  if (isChosen || !choice) breakAfter.forget();
  else breakAfter.choose(state, choice.reason);
  closePanel();
  tell(say(isChosen ? "console.pause.after_unset" : "console.pause.after_set"));
  return render();
}

/** Begins the break that was wanted after a person, once nobody is here. */
async function pauseIfWanted() {
  const reason = breakAfter.takeDue(state);
  if (reason && phaseOf(state) === "free") await perform("pause", requestOf("pause", state, { reason }));
}

/** Holds a further counter; where somebody is called or served it is taken over only after a question. */
async function join(choice) {
  const answer = await opening.join(choice, stored().session);
  if (mustAsk(choice, answer)) return openPanel("join", { choice, problem: answer.problem });
  if (answer.ok) return goOn(choice.counter);
}

async function perform(verb, request) {
  const was = state.counter;
  const others = placesOf(state).filter(({ counter }) => counter !== was.counter);
  const answer = await attempt(request);
  if (verb === "leave" && answer.ok && others.length > 0) return goOn(others[0].counter);
  if (answer.ok && ["receive_below", "undo"].includes(verb) && answer.body.counter !== was.counter) {
    await goOn(answer.body.counter);
    if (verb === "receive_below") tellOutcome(verb, was, answer);
    return;
  }
  if (["close", "leave"].includes(verb) && answer.ok) keep({});
  if (
    answer.ok &&
    [
      "next",
      "postpone",
      "park",
      "parked",
      "add_service",
      "correct_service",
      "outcome",
      "yes",
      "no",
      "recall",
      "finish",
      "transfer",
      "cancel",
      "chosen",
      "card_seen",
      "card_missing",
      "hold",
    ].includes(verb)
  ) {
    change(withLeg(state, answer.body?.leg ? answer.body : null));
    tellOutcome(verb, was, answer);
  }
  if (answer.ok && ["link", "unlink"].includes(verb))
    tell(
      say(`console.outcome.${verb}`, { number: answer.body.number, linked: answer.body.linked.join(", ") }),
    );
  if (answer.ok && ["returned", "undo"].includes(verb)) tell(say(`console.outcome.${verb}`));
  if (verb === "present" && answer.ok) {
    change(withCounter(state, answer.body));
    tell(say("console.outcome.present"));
    // its button is gone
    if (document.activeElement === document.body) document.getElementById("main").focus();
  }
  if (["close", "leave"].includes(verb) && answer.ok) change({ ...state, counter: null });
  reading = readCounter();
  await reading;
  if (!state.isLive) await refresh();
  await pauseIfWanted();
}

/** The session holds other places than before: its hall is read again, and one of them is the active one. */
async function goOn(counter) {
  keep({ ...stored(), counter });
  await refresh();
  messages.refresh();
  speech.speak(say("console.held.said", { place: capital(state.counter?.label ?? ""), here: speech.here() }));
  document.getElementById("main").focus();
}

function tellOutcome(verb, was, answer) {
  const isHere =
    ["yes", "recall", "parked"].includes(verb) ||
    Boolean(["next", "chosen", "receive_below"].includes(verb) && answer.body?.leg);
  tell(
    outcomeWords(verb, { was, body: answer.body, queue: state.queue }, words),
    isHere ? state.counter?.leg : null,
  );
}

async function greet(choice) {
  const { services, counter } = state.counter;
  if (!choice && services.length > 1) return openPanel("greeting");
  const service = choice?.service ?? services[0];
  closePanel();
  const answer = await attempt({
    path: `/api/v1/halls/${page.hall.slug}/greetings`,
    body: { service, counter },
  });
  if (answer.ok) tell(say("console.outcome.greeting", { service: words.hall.serviceName(service) }));
  await readCounter();
}

/** Sends one request, says what comes of it, and answers the verdict. A refusal leads to a fresh state. */
async function attempt(request, { allowed = [] } = {}) {
  ui.isSending = true;
  show(REFUSED, false);
  tell("");
  render();
  const headers = { ...csrfHeader(), ...(request.headers ?? sessionHeaders()) };
  const answer = await send(
    { ...request, headers },
    { onRepeat: () => tell(say("console.outcome.repeating")) },
  );
  ui.isSending = false;
  if (!answer.ok && !allowed.includes(answer.problem?.code)) {
    tell("");
    refuse(
      answer.status === 0
        ? say("console.refused.no_answer")
        : (answer.problem?.detail ?? say("console.refused.unknown")),
    );
    if (answer.status !== 0) await refresh();
  }
  render();
  return answer;
}

/** Says what came of a gesture; `leg` is whom it says to be here: once that is over the sentence goes. */
function tell(text, leg = null) {
  outcomeLeg = leg ?? null;
  for (const place of document.querySelectorAll("[data-outcome]")) place.textContent = text;
}

function refuse(text) {
  write("refused", text);
  show(REFUSED, text !== "");
  if (text)
    [...document.querySelectorAll(REFUSED)]
      .find((place) => place.checkVisibility())
      ?.scrollIntoView({ block: "nearest" });
}

function explainWhyNot(action) {
  if (ui.isSending || action === "back") return;
  refuse(say(`console.refused.${whyNot(action, state)}`));
}

// Panels

function openPanel(action, asked = null) {
  ui.panel = action;
  const nowMs = serverNow(state, Date.now());
  if (action !== "keys") {
    const { title, nodes } = panelFor(action, {
      state,
      words,
      nowMs,
      asked,
      choose: (choice) => act(action, choice),
    });
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
    if (ui.panel === action) keepingPicked(() => openPanel(action));
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
  if (button.dataset.open)
    return ui.panel === button.dataset.open ? closePanel() : openPanel(button.dataset.open);
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
  if (
    !ui.panel &&
    keys.chosen.hasSingleLetters &&
    /^[1-9]$/.test(keyOf(event) ?? "") &&
    !isField(event.target)
  )
    return toPlace(Number(event.key));
  const action = actionOf(event, { ...keys.chosen, isInField: isField(event.target) });
  if (!action || ui.panel === "keys") return;
  event.preventDefault();
  if (action === "reception") return document.querySelector("[data-switch]")?.click();
  if (action === "speak") return speech.speak(speech.whole());
  if (phaseOf(state) === "choose") return;
  act(
    action === "pause" && isPausing(state)
      ? "resume"
      : action === "pause" && !document.querySelector("[data-panel]")
        ? "pause-now"
        : action,
  );
});

openByForm(page.counters, () => state, opening.open);

// Two windows of one agent, the page and the bar, share a counter: what one opens, the other shows.
globalThis.addEventListener("storage", (event) => {
  if (event.key === STORED_AT) refresh();
});

setInterval(() => {
  view.tick(state, Date.now());
  held.draw(state, serverNow(state, Date.now()));
  speech.sayNowAndThen(Date.now());
}, 1000);
render();
