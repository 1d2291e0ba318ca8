// Draws the console's state. Every function takes values and writes them; nothing is decided here.

import { minutes, secondsSince, stopwatch } from "../shared/durations.js";
import { byId, fill, one, setText, show, withSuperiors, write } from "../shared/dom.js";
import {
  arrivedWords,
  calledWords,
  chips,
  drawLiveness,
  drawWaiting,
  exceptionalWords,
} from "../shared/waiting_view.js";
import { rowsHere } from "../shared/call_order.js";
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
  waitingHere,
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

function drawPerson(leg, { say, hour, hall }) {
  write("number", leg.number);
  write("service", hall.serviceName(leg.service));
  const times = [
    leg.booked_at && say("console.person.booked", { at: hour(leg.booked_at) }),
    arrivedWords(leg, { say, hour }),
    calledWords(leg, { say, hour }),
    leg.language &&
      leg.language !== "fr" &&
      say("console.person.language", { language: hall.languageName(leg.language) }),
  ];
  write("times", times.filter(Boolean).join(" · "));
  fill(
    document.querySelector('[data-person] [data-list="chips"]'),
    JSON.stringify([
      leg.leg,
      leg.class,
      leg.priority,
      leg.needs,
      leg.postponements,
      leg.added_services,
      leg.linked,
      leg.exceptional,
    ]),
    chips(leg, { say, hour, hall }),
  );
  const exceptional = exceptionalWords(leg, { say, hall });
  show("[data-exceptional]", exceptional !== "");
  write("exceptional", exceptional);
  show("[data-check]", leg.priority === "declared");
  const why = whyWords(leg.why, say);
  show("[data-why]", why !== "");
  write("why", why);
  for (const place of document.querySelectorAll('[data-text="timer-of"]')) {
    fill(place, `${isAwaited(leg)} ${leg.rank}`, withSuperiors(timerWords(leg, say)));
  }
  fill(
    document.querySelector('[data-text="rank-short"]'),
    `${isAwaited(leg)} ${leg.rank}`,
    againWords(leg, say),
  );
}

function isAwaited({ state, is_unconfirmed: isUnconfirmedLeg }) {
  return state === "called" || Boolean(isUnconfirmedLeg);
}

function againWords(leg, say) {
  return isAwaited(leg) && leg.rank > 1 ? withSuperiors(say("console.bar.again", { rank: leg.rank })) : [];
}

function timerWords(leg, say) {
  if (!isAwaited(leg)) return say("console.person.at_counter");
  return leg.rank > 1 ? say("console.person.recalled", { rank: leg.rank }) : say("console.person.since_call");
}

function drawGesture({ counter }, { say, hour }) {
  const gesture = counter?.last_gesture;
  const keys = gesture ? [gesture.end_reason, gesture.verb].map((word) => `console.gesture.${word}`) : [];
  const values = gesture && { at: hour(gesture.at), number: gesture.number ?? "", counter: counter.label };
  write(
    "gesture",
    gesture ? say(keys.find(say.knows) ?? "console.gesture.other", values) : say("console.gesture.none"),
  );
}

function drawDay(day, { say }) {
  if (!day) return;
  const figures = {
    received: day.received,
    median: day.median_wait_s === null ? null : minutes(day.median_wait_s, say),
    within:
      day.within_target_percent === null
        ? null
        : say("console.day.percent", { percent: Math.round(day.within_target_percent) }),
    no_shows: day.no_shows,
    greetings: day.greetings,
  };
  for (const [name, value] of Object.entries(figures)) {
    setText(
      document.querySelector(`[data-figure="${name}"]`),
      value === null || value === undefined ? say("console.day.nothing") : String(value),
    );
  }
}

function enableActs(state, nowMs, ui) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll("[data-act]")
  )) {
    const action = button.dataset.act;
    button.disabled = !mayAct(action, state, nowMs, ui);
  }
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
  drawWaiting(rows, people, words);
  drawNext(rows, state, words);
  write("waiting-short", words.say("console.bar.waiting", { count: people }));
  const overdue = rows.filter((row) => row.isOverdue).length;
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
  const from = leg && (leg.state === "in_service" ? leg.started_at : leg.last_called_at);
  for (const place of document.querySelectorAll('[data-timer="person"]'))
    setText(place, from ? stopwatch(secondsSince(from, nowMs)) : "");
  for (const name of ["free", "paused"]) {
    for (const place of document.querySelectorAll(`[data-timer="${name}"]`))
      setText(place, counter?.since ? stopwatch(secondsSince(counter.since, nowMs)) : "");
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
  const text = number && !restsUntil ? named : nobody;
  write("next-line", text);
  write("next-line-paused", text);
  write("free-since", counter?.since ? say("console.free.since", { at: hour(counter.since) }) : "");
}

/** A text with its first letter in capitals, for a counter's label at the head of a page. */
export function capital(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
