// Draws the console's state. Every function takes values and writes them; nothing is decided here.

import { minutes, secondsSince, stopwatch } from "../shared/durations.js";
import { byId, one, setText, show, write } from "../shared/dom.js";
import { draw, drawList, html } from "../shared/drawing.js";
import {
  arrivedWords,
  calledWords,
  chips,
  drawLiveness,
  drawWaiting,
  exceptionalWords,
} from "../shared/waiting_view.js";
import { overdueHere, rowsHere, waitingHere } from "../shared/call_order.js";
import { hasSeveral } from "./session_places.js";
import { restUntil } from "./console_needs.js";
import { whyWords } from "../shared/why_words.js";
import {
  isOffered,
  isPausing,
  isUnconfirmed,
  mayUndo,
  pausesAfter,
  phaseOf,
  presenceAskedUntil,
  waitingCount,
  waitingRows,
  wrapUpLeftS,
} from "./console_state.js";
import { serverNow } from "../shared/clock.js";

/** A view of one page; `words` is {say, hour, hall}. */
export function createView(words) {
  return {
    render: (state, nowMs, ui) => render(state, serverNow(state, nowMs), words, ui),
    tick: (state, nowMs) => tick(state, serverNow(state, nowMs), words),
  };
}

function render(state, nowMs, words, ui) {
  const phase = phaseOf(state);
  show('[data-view="choose"]', phase === "choose" && !ui.isLoading);
  show('[data-view="work"]', phase !== "choose");
  show(
    "[data-waiting]",
    phase !== "choose" || Boolean(state.queue && document.body.classList.contains("bar") === false),
  );
  for (const part of document.querySelectorAll("[data-phases]"))
    part.hidden = !isShown(part.dataset, phase, state);
  for (const part of document.querySelectorAll("[data-offered]"))
    part.hidden = !isOffered(part.dataset.offered, state);
  document.body.dataset.phase = phase;
  drawHead(state, words);
  drawLiveness(state, words);
  if (state.counter?.leg) drawPerson(state.counter.leg, words);
  const notes = state.counter?.notes ?? [];
  show("[data-notes]", notes.length > 0);
  write("notes", notes.join(" · "));
  drawGesture(state, words);
  drawDay(state.queue?.day, words);
  enableActs(state, nowMs, ui);
  tick(state, nowMs, words);
}

/**
 * A part belongs to phases. With `data-pausing` or `data-unconfirmed` (yes, no) it is shown only while
 * pausing, or while the visitor is unconfirmed, or not.
 *
 * @param {DOMStringMap} data
 * @param {string} phase
 * @param {import("./console_state.js").ConsoleState} state
 */
function isShown({ phases = "", pausing, unconfirmed }, phase, state) {
  const fits = (condition, is) => condition === undefined || (condition === "yes") === is;
  return (
    phases.split(" ").includes(phase) &&
    fits(pausing, isPausing(state)) &&
    fits(unconfirmed, isUnconfirmed(state))
  );
}

function drawHead(state, { say, hall }) {
  const { counter } = state;
  const isOpen = phaseOf(state) !== "choose";
  write("place", isOpen ? capital(counter.label) : say("console.title"));
  write("close-label", say(hasSeveral(state) ? "console.act.close_all" : "console.act.close"));
  write("served", isOpen ? counter.services.map(hall.serviceName).join(", ") : "");
}

function drawPerson(leg, words) {
  const { say, hour, hall } = words;
  const isSpoken = leg.language && leg.language !== "fr";
  const times = [
    leg.booked_at && say("console.person.booked", { at: hour(leg.booked_at) }),
    arrivedWords(leg, words),
    calledWords(leg, words),
    isSpoken && say("console.person.language", { language: hall.languageName(leg.language) }),
  ];
  const exceptional = exceptionalWords(leg, words);
  const why = whyWords(leg.why, say);
  write("number", leg.number);
  write("service", hall.serviceName(leg.service));
  write("times", times.filter(Boolean).join(" · "));
  drawList("chips", chips(leg, words));
  show("[data-exceptional]", exceptional !== "");
  write("exceptional", exceptional);
  show("[data-check]", leg.priority === "declared");
  show("[data-why]", why !== "");
  write("why", why);
  const isAwaited = leg.state === "called" || Boolean(leg.is_unconfirmed);
  const isRecall = isAwaited && leg.rank > 1;
  const timer = isAwaited ? "console.person.since_call" : "console.person.at_counter";
  drawText("timer-of", say(isRecall ? "console.person.recalled" : timer, { rank: leg.rank }));
  drawText("rank-short", isRecall ? say("console.bar.again", { rank: leg.rank }) : "");
}

/** A text with its « 2^e^ » as superiors. */
function drawText(name, text) {
  const parts = text.split("^").map((part, at) => (at % 2 ? html`<sup>${part}</sup>` : part));
  for (const place of document.querySelectorAll(`[data-text="${name}"]`)) draw(place, parts);
}

/** What a gesture was, with its hour and number; "" for none. */
export function gestureWords(gesture, { say, hour }, counter = "") {
  if (!gesture) return "";
  const keys = [gesture.end_reason, gesture.verb].map((word) => `console.gesture.${word}`);
  const values = { at: hour(gesture.at), number: gesture.number ?? "", counter };
  return say(keys.find(say.knows) ?? "console.gesture.other", values);
}

function drawGesture({ counter }, words) {
  const text = gestureWords(counter?.last_gesture, words, counter?.label);
  write("gesture", text || words.say("console.gesture.none"));
}

function drawDay(day, { say }) {
  if (!day) return;
  const percent = day.within_target_percent;
  const figures = {
    received: day.received,
    median: day.median_wait_s === null ? null : minutes(day.median_wait_s, say),
    within: percent === null ? null : say("console.day.percent", { percent: Math.round(percent) }),
    no_shows: day.no_shows,
    greetings: day.greetings,
  };
  for (const [name, value] of Object.entries(figures))
    setText(document.querySelector(`[data-figure="${name}"]`), String(value ?? say("console.day.nothing")));
}

function enableActs(state, nowMs, ui) {
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll("[data-act]");
  for (const button of buttons) button.disabled = !mayAct(button.dataset.act, state, nowMs, ui);
  document.body.classList.toggle("sending", ui.isSending);
}

/** Whether an action can be tried now; actions that open a panel are possible when their verb would be. */
export function mayAct(action, state, nowMs, ui) {
  if (["back", "default-keys"].includes(action)) return true;
  if (ui.isSending) return false;
  if (action === "pause" && pausesAfter(state)) return true;
  if (action === "undo") return mayUndo(state, nowMs);
  if (action === "leave" && !hasSeveral(state)) return false;
  return isOffered(action === "pause-now" ? "pause" : action, state);
}

function tick(state, nowMs, words) {
  const { counter, queue } = state;
  drawTimers(counter, nowMs);
  drawPresence(presenceAskedUntil(state, nowMs), words);
  drawWrapUp(wrapUpLeftS(state, nowMs), words);
  if (!queue) return;
  const parked = queue.parked?.length ?? 0;
  show('[data-text="parked-count"]', parked > 0);
  write("parked-count", parked ? words.say("console.parked.count", { count: parked }) : "");
  const isHere = phaseOf(state) !== "choose";
  const { serviceIds } = words.hall;
  const rows = isHere ? rowsHere(state, nowMs) : waitingRows(queue, serviceIds, nowMs);
  const people = isHere ? waitingHere(queue, counter) : waitingCount(queue, serviceIds);
  const overdue = overdueHere(queue, isHere ? counter : null, { rows, nowMs });
  drawWaiting(rows, { people, overdue }, words);
  drawNext(rows, state, words);
  write("waiting-short", words.say("console.bar.waiting", { count: people }));
  write("overdue-count", overdue ? words.say("console.bar.overdue", { count: overdue }) : "");
}

/** Why the counter pauses, and whether a break with a reason begins once the person here has left. */
export function drawPause(state, afterReason, { say }) {
  const reason = state.counter?.pause_reason;
  const key = `console.pause.reason.${reason}`;
  write("pause-reason", say.knows(key) ? say(key) : (reason ?? ""));
  write("pause-label", say(pausesAfter(state) ? "console.pause.after" : "console.act.pause"));
  document.querySelector('[data-act="pause"]')?.setAttribute("aria-pressed", String(afterReason !== null));
  write("next-label", say(afterReason ? "console.act.finish_and_pause" : "console.act.finish_and_next"));
}

function drawTimers(counter, nowMs) {
  const leg = counter?.leg;
  const called = leg?.state === "in_service" ? leg.started_at : leg?.last_called_at;
  for (const place of document.querySelectorAll("[data-timer]")) {
    const from = place.dataset.timer === "person" ? called : counter?.since;
    setText(place, from ? stopwatch(secondsSince(from, nowMs)) : "");
  }
}

/**
 * The question is announced once, when it appears; an agent who answers by its button continues in the page.
 */
function drawPresence(until, { say, hour }) {
  const place = one("[data-presence]");
  if (!until && place.contains(document.activeElement)) byId("main").focus();
  place.hidden = !until;
  write("presence", until ? say("console.presence", { at: hour(until) }) : "");
}

function drawWrapUp(leftS, { say }) {
  const left = leftS < 120 ? say("console.duration.seconds", { seconds: leftS }) : minutes(leftS, say);
  show('[data-text="wrap-up"]', leftS > 0);
  write("wrap-up", leftS > 0 ? say("console.wrap_up", { left }) : "");
}

function drawNext(rows, { counter, queue }, { say, hall, hour }) {
  const number = counter?.next;
  const row = rows.find(({ leg }) => leg.number === number);
  const named = row
    ? say("console.free.next", { number, service: hall.serviceName(row.leg.service) })
    : say("console.free.next_number", { number });
  const restsUntil = restUntil(queue);
  const nobody = restsUntil ? say("console.free.rest", { at: hour(restsUntil) }) : say("console.free.nobody");
  for (const name of ["next-line", "next-line-paused"]) write(name, number && !restsUntil ? named : nobody);
  document.body.toggleAttribute("data-calls-nobody", !number || Boolean(restsUntil));
  write("free-since", counter?.since ? say("console.free.since", { at: hour(counter.since) }) : "");
}

/** A text with its first letter in capitals, for a counter's label at the head of a page. */
export function capital(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
