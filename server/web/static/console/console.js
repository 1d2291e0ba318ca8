// The console page: reads the hall's state, sends an agent's verbs, follows the live connection.

import { listenToGestures } from "./console_input.js";
import { createLines } from "./console_lines.js";
import { createPanel, followWork } from "./console_panel.js";
import { createHeld } from "./console_held.js";
import { createOpening, mustAsk } from "./console_opening.js";
import { createOrder } from "./console_order.js";
import { hasOutcome, outcomeWords, whyNot } from "./console_outcomes.js";
import { createPaper } from "./console_paper.js";
import { createPauseAfter } from "./console_pause_after.js";
import { drawPlaces, offerLast, openByForm, placeOfDigit } from "./console_places.js";
import { createKeys } from "./console_keys.js";
import { createMoreActs } from "./console_more_acts.js";
import { drawNeeds } from "./console_needs.js";
import { capital, createView, drawPause, mayAct } from "./console_view.js";
import {
  emptyConsole,
  isAnsweredByLeg,
  leftByClosing,
  mustTell,
  pausesAfter,
  phaseOf,
  requestOf,
  withAnswered,
  withCounter,
  withLeg,
  withQueue,
} from "./console_state.js";
import { serverNow, withLiveness } from "../shared/clock.js";
import { createSpeech } from "./console_speech.js";
import { createMessages } from "../shared/messages_view.js";
import { hourTeller } from "../shared/durations.js";
import { byId, show, write } from "../shared/dom.js";
import { isBehind } from "../shared/freshness.js";
import { connect, spread } from "../shared/live.js";
import { hallWords } from "../shared/hall_words.js";
import { queueFeed } from "../shared/queue_feed.js";
import { watchConfiguration } from "../shared/renewing.js";
import { atPlace, countersOf, placesOf } from "./session_places.js";
import { sessionStore } from "./session_store.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createLast, createTurns } from "../shared/turns.js";
import { csrfHeader, read, send, whyNotDone } from "../shared/verbs.js";

const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone), hall: hallWords(page) };
const view = createView(words);
const keys = createKeys(say, page.keys);
const ui = { isLoading: true, isSending: false, panel: null, isRefetching: false, digit: null };
const session = sessionStore(page.hall.slug);
const { stored, keep, remember } = session;
const held = createHeld({ words, activate });
const breakAfter = createPauseAfter(page.hall.slug, () => stored().session);
const QUEUE = `/api/v1/halls/${page.hall.slug}/queue`;
let state = emptyConsole(page.gestures);
const lastRead = createLast(); // of the counter after a gesture: it tells what the gesture left
const turns = createTurns(); // of reads of the counter and of gestures
const lines = createLines();
const { tell, refuse } = lines;
const ownCounters = () => countersOf(state.queue, state.counter?.session_mark);
const speech = createSpeech(words, () => state);
const panel = createPanel({
  ui,
  words,
  keys,
  queuePath: QUEUE,
  seek: (number) => read(`/api/v1/halls/${page.hall.slug}/visits?${new URLSearchParams({ number })}`),
  stateNow: () => state,
  takeRows: (queue) => {
    state = { ...state, queue };
  },
  act,
  refuse,
  render,
});

const socket = connect(
  "/agent",
  { hall: page.hall.slug },
  {
    live: () => {
      change(withLiveness(state, true, Date.now()));
      keepSession();
      refresh().then(paper.enter);
    },
    late: () => refresh(),
    lost: () => {
      change(withLiveness(state, false, Date.now()));
      paper.keep();
    },
    messages: {
      "queue.changed": queueFeed({ fetchQueue: () => read(QUEUE), apply: takeQueue }),
      "message.changed": ({ counter }) => {
        if (ownCounters().includes(counter)) messages.refresh();
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
  paths: () => ownCounters().map((counter) => `/api/v1/counters/${counter}/messages`),
});
watchConfiguration(socket, page, () => {
  Object.assign(words.hall, hallWords(page));
  readCounter();
  panel.refill(ui.panel);
  render();
});
const paper = createPaper({ words, session, stateNow: () => state, refresh });
const keepSession = session.live(socket, () => readCounter());

function change(next) {
  const before = state;
  state = next;
  if ((state.takenAt && !before.takenAt) || (before.counter && !state.counter)) panel.close();
  lines.follow(state, say);
  render();
  panel.showNewcomers();
}

function render() {
  const nowMs = Date.now();
  view.render(state, nowMs, ui);
  drawNeeds(state, words, { act, isFree: phaseOf(state) === "free", language: page.language });
  held.draw(state, serverNow(state, nowMs));
  if (!ui.isLoading) drawPlaces(state, words, opening.open);
  document.body.dataset.counter = state.counter?.counter ?? "";
  show("[data-taken]", Boolean(state.takenAt));
  if (state.takenAt) write("taken", say("console.choose.taken", { at: words.hour(state.takenAt) }));
  show("[data-acts]", ui.panel === null && phaseOf(state) !== "choose");
  show("[data-panel]", ui.panel !== null && ui.panel !== "keys");
  show("[data-keys]", ui.panel === "keys");
  if (ui.panel === "keys") show("[data-view]", false);
  drawPause(state, breakAfter.reasonIn(state), words);
}

// What the server knows

const { soon: readOrderSoon, now: readOrder } = createOrder({
  stateNow: () => state,
  apply: (order) => change({ ...state, order }),
});

async function takeQueue(queue) {
  const nowMs = Date.now();
  await lastRead.ended();
  const before = state.counter;
  readOrderSoon();
  change(withQueue(state, queue, nowMs));
  const { counter } = state;
  if (counter?.session_mark && (counter.state !== before?.state || counter.leg?.leg !== before?.leg?.leg))
    readCounter();
}

async function refresh() {
  try {
    const nowMs = Date.now();
    /** @type {Api.QueueAnswer} */
    const queue = await read(QUEUE);
    await lastRead.ended();
    change(withQueue(state, queue, nowMs));
    const { counter } = stored();
    if (counter) await readCounter(counter);
  } catch {
    // Not reachable: the page says that it is not live, and the next connection refreshes.
  }
  if (ui.isLoading && breakAfter.reasonIn(state)) tell(say("console.pause.after_set"), state.counter?.leg);
  const isFirst = ui.isLoading;
  ui.isLoading = false;
  render();
  if (isFirst && phaseOf(state) === "choose") offerLast(session.last());
  if (ui.digit !== null) toPlace(ui.digit);
  ui.digit = null;
}

/** The truth about a place. One not ours gives way to another of the session that is not `tried` yet. */
async function readCounter(id = state.counter?.counter, tried = []) {
  if (!id) return;
  const turn = turns.begin();
  try {
    /** @type {Api.CounterAnswer} */
    const counter = await read(`/api/v1/counters/${id}`);
    state = withAnswered(state, counter);
    if (!turns.shows(turn)) return; // a gesture or a later read has shown more meanwhile
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
  remember,
  attempt,
  ended: async (isOpen) => {
    if (isOpen) keepSession();
    await refresh();
    if (isOpen) byId("main").focus();
  },
});

/** The place, or the free counter, of a digit; one pressed while the page still loads counts afterwards. */
function toPlace(digit) {
  if (ui.isLoading) ui.digit = digit;
  else if (phaseOf(state) === "choose") placeOfDigit(digit)?.click();
  else activate(held.at(digit));
}

/**
 * Another place of the session becomes the active one at once; details of its own page are read afterwards.
 */
async function activate(id) {
  if (id === null || id === state.counter?.counter || ui.isSending) return;
  keep({ ...stored(), counter: id });
  ui.panel = null;
  speech.renew();
  tell("");
  refuse("");
  change(atPlace(state, id, words.hall.counters.find((one) => one.id === id)?.label ?? id));
  speech.speak(say("console.held.said", { place: capital(state.counter?.label ?? ""), here: speech.here() }));
  await readCounter(id);
}

async function act(action, choice) {
  if (action === "undo") await lastRead.ended();
  if (!mayAct(action, state, serverNow(state, Date.now()), ui)) return explainWhyNot(action);
  if (choice === null) return panel.close();
  if (action === "pause" && pausesAfter(state)) return pauseAfter(choice);
  if (action === "next" && breakAfter.reasonIn(state)) return act("finish");
  if (action === "close" && !choice && Object.values(leftByClosing(state)).some(({ length }) => length > 0))
    return panel.open("close");
  if (["finish", "next"].includes(action) && !choice && mustTell(state, page.services))
    return panel.open("outcome");
  if (state.gestures[action]?.asks && !choice) return panel.open(action);
  if (action === "greeting") return more.greet(choice);
  panel.close();
  if (action === "join") return join(choice);
  const verb = action === "pause-now" ? "pause" : choice?.isApart ? "unlink" : action;
  const isUsualPause = action === "pause-now";
  if (choice?.isCalledHere) await more.transferAndCall(choice);
  else await perform(verb, requestOf(verb, state, choice ?? (isUsualPause ? { reason: "break" } : {})));
  if (choice) followWork();
}

/**
 * The break that begins once the person here has left: chosen with its reason, taken back by the same button.
 */
function pauseAfter(choice) {
  const isChosen = breakAfter.reasonIn(state) !== null;
  if (!isChosen && !choice) return panel.open("pause");
  if (isChosen || !choice) breakAfter.forget();
  else breakAfter.choose(state, choice.reason);
  panel.close();
  tell(say(isChosen ? "console.pause.after_unset" : "console.pause.after_set"));
  return render();
}

/** Begins the requested break after a person, once nobody is here. */
async function pauseIfWanted() {
  const reason = breakAfter.takeDue(state);
  if (reason && phaseOf(state) === "free") await perform("pause", requestOf("pause", state, { reason }));
}

/** Holds a further counter; where a visitor is called or served it is taken over only after a question. */
async function join(choice) {
  const answer = await opening.join(choice, stored().session);
  if (mustAsk(choice, answer)) return panel.open("join", { choice, problem: answer.problem });
  if (answer.ok) return goOn(choice.counter);
}

async function perform(verb, request) {
  const was = state.counter;
  if (!was) return;
  const others = placesOf(state).filter(({ counter }) => counter !== was.counter);
  const answer = await attempt(request);
  if (answer.ok) turns.overtake();
  if (verb === "leave" && answer.ok && others.length > 0) {
    await goOn(others[0].counter);
    return answer;
  }
  if (answer.ok && ["receive_below", "undo"].includes(verb) && answer.body.counter !== was.counter) {
    await goOn(answer.body.counter);
    if (verb === "receive_below") tellOutcome(verb, was, answer);
    return answer;
  }
  if (answer.ok) takeAnswer(verb, was, answer);
  await lastRead.begin(verb === "undo" && answer.ok ? readOrder() : readCounter());
  if (!state.isLive) await refresh();
  await pauseIfWanted();
  return answer;
}

/** What the answer of a verb says of the active place is shown before the place is read again. */
function takeAnswer(verb, was, answer) {
  if (isAnsweredByLeg(state.gestures[verb])) change(withLeg(state, answer.body?.leg ? answer.body : null));
  if (["present", "undo"].includes(verb)) change(withCounter(state, answer.body));
  if (hasOutcome(verb, say)) tellOutcome(verb, was, answer);
  if (["close", "leave"].includes(verb)) {
    keep({});
    change({ ...state, counter: null });
  }
  // the button of « present » is gone
  if (verb === "present" && document.activeElement === document.body) byId("main").focus();
}

/** The session holds other places than before: its hall is read again, and one of them is the active one. */
async function goOn(counter) {
  keep({ ...stored(), counter });
  await refresh();
  messages.refresh();
  speech.speak(say("console.held.said", { place: capital(state.counter?.label ?? ""), here: speech.here() }));
  byId("main").focus();
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

/** Sends one request, shows its outcome, and answers the verdict. A refusal leads to a fresh state. */
async function attempt(request, { allowed = [] } = {}) {
  ui.isSending = true;
  lines.hideRefusal();
  tell("");
  render();
  const headers = { ...csrfHeader(), ...(request.headers ?? session.headers()) };
  const answer = await send(
    { ...request, headers },
    { onRepeat: () => tell(say("console.outcome.repeating")) },
  );
  ui.isSending = false;
  if (!answer.ok && !allowed.includes(answer.problem?.code)) {
    tell("");
    refuse(whyNotDone(answer, say));
    if (answer.status !== 0) await refresh();
  }
  render();
  return answer;
}

function explainWhyNot(action) {
  if (ui.isSending || action === "back") return;
  refuse(say(`console.refused.${whyNot(action, state)}`));
}

const more = createMoreActs({
  words,
  slug: page.hall.slug,
  stateNow: () => state,
  panel,
  attempt,
  perform,
  readCounter,
  lines,
});
listenToGestures({ ui, keys, speech, panel, stateNow: () => state, act, toPlace });
openByForm(
  () => words.hall.ownCounters,
  () => state,
  opening.open,
);

// Two windows of one agent, the page and the bar, share a counter: what one opens, the other shows.
globalThis.addEventListener("storage", (event) => {
  if (event.key === session.key) refresh();
});

setInterval(() => {
  view.tick(state, Date.now());
  held.draw(state, serverNow(state, Date.now()));
  speech.sayNowAndThen(Date.now());
}, 1000);
render();
