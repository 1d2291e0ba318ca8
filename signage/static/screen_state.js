// The state of a hall screen, without a browser: how messages change it, which calls are large, and the views
// to show. Times are milliseconds; `now` is the page's own clock, `state.offset` leads to the server's.

import { isTakenBack, receiveAlert, shownAlert } from "./alert_state.js";
import { isNewer } from "./message_order.js";

export const OLDEST_SOUND_MS = 20_000;
export const SILENCE_MS = 65_000; // two heartbeats of 25 s may be lost, then the connection counts as dead
export const FORGET_MS = 2 * 3_600_000; // a board this old says nothing any more
// when the server is silent for longer, calls are shown as past; a dead network is noticed within 20 s
export const GREY_MS = 25_000;
export const HONEST_MS = 30_000; // not live for longer, an empty board must not promise to show a call
const CLOCK_SET_MS = 3_000;
const CLOCK_HEARD_MS = 180_000; // a clock that runs fast by 100 ppm is 18 ms off by then

export function initialState() {
  return {
    hall: null,
    screen: null,
    board: null,
    queues: null,
    directions: {},
    cards: [],
    shown: [],
    announced: {},
    sound: {},
    alert: null,
    isConnected: false,
    isConfirmed: false,
    isRefused: false,
    lastLiveAt: null,
    heardAt: null,
    offset: 0,
    clocks: [],
    fetch: null,
    fetchedFor: null,
  };
}

/** The values kept for a reload without a server. */
export function toSave(state) {
  const { hall, screen, board, queues, directions, shown: shownKeys, alert, lastLiveAt, offset } = state;
  return { form: 1, hall, screen, board, queues, directions, shown: shownKeys, alert, lastLiveAt, offset };
}

/** The state after a reload: the saved one, not live. An unreadable one counts as nothing saved. */
export function restored(saved) {
  const state = initialState();
  if (saved?.form !== 1) return state;
  const { form: _form, ...kept } = saved;
  return { ...state, ...kept };
}

export const serverNow = (state, now) => now + state.offset;
export const keyOf = (call) => `${call.call}#${call.rank}`;

export function connected(state, now) {
  return wanting(
    { ...state, isConnected: true, isConfirmed: false, isRefused: false, heardAt: now },
    "connection",
  );
}

export function disconnected(state) {
  return { ...state, isConnected: false, isConfirmed: false, fetch: null };
}

export const refused = (state) => ({ ...disconnected(state), isRefused: true });

export const nudged = (state) => wanting(state, "nudge");

export const fetchDone = (state) => ({ ...state, fetch: null });

/** A heartbeat of another epoch or a higher version reveals a lost message; each leads to one read. */
export function heartbeat(state, beat, now) {
  const next = withServerTime(state, beat, now, true);
  const position = further(further(state.board, state.queues), state.fetchedFor);
  const isBehind = !position || position.epoch !== beat.epoch || beat.version > position.version;
  return isBehind
    ? wanting({ ...next, fetchedFor: { epoch: beat.epoch, version: beat.version } }, "version")
    : next;
}

/** The board by message, or by fetch with the queues in it. */
export function receiveBoard(state, message, now) {
  let next = withServerTime(state, message, now);
  if (message.queues) next = receiveQueues(next, message, now);
  next = { ...next, alert: receiveAlert(next.alert, message) };
  if (!isNewer(state.board, message)) return { ...next, isConfirmed: next.isConnected };
  const { queues: _queues, ...board } = message;
  const isOtherEpoch = Boolean(state.board) && state.board.epoch !== board.epoch;
  const isOtherProgramme =
    Boolean(state.screen) && (state.screen.revision ?? null) !== (board.programme_revision ?? null);
  next = {
    ...next,
    board,
    directions: remembered(next.directions, board.calls),
    isConfirmed: next.isConnected,
  };
  if (isOtherEpoch && state.isConfirmed) next = wanting({ ...next, queues: null }, "epoch");
  return isOtherProgramme && state.isConfirmed ? wanting(next, "nudge") : next;
}

export function receiveQueues(state, message, now) {
  const next = withServerTime(state, message, now);
  if (!isNewer(state.queues, message)) return next;
  const { epoch, version, as_of, queues } = message;
  const isOtherEpoch = state.isConfirmed && state.board?.epoch !== epoch;
  const counted = { ...next, queues: { epoch, version, as_of, queues } };
  return isOtherEpoch ? wanting(counted, "epoch") : counted;
}

/** An alert is raised or over, shown at once; a custom one has further words, which are fetched. */
export function receiveAlertMessage(state, message, now) {
  const next = { ...withServerTime(state, message, now), alert: receiveAlert(state.alert, message) };
  const isCustom = Object.keys(next.alert?.alert?.texts ?? {}).length > 0;
  const isKnown = Boolean(next.screen?.alert_texts?.[next.alert?.alert?.alert]);
  return isCustom && !isKnown && next.isConnected ? wanting(next, "nudge") : next;
}

/**
 * The alert that takes the screen over now, null when there is none; that one was a mistake gives way to a
 * call.
 */
export function alertNow(state, now) {
  const alert = shownAlert(state.alert, serverNow(state, now));
  return isTakenBack(alert) && state.board?.calls.length ? null : alert;
}

/** The file that speaks an alert: sent with it, or stored before it was raised; null when it is silent. */
export function voiceOf(state, alert) {
  const kept = state.screen?.alert_voices?.[alert.drill ? `${alert.kind} drill` : alert.kind];
  return alert.has_voice ? (state.alert.audio ?? kept ?? null) : null;
}

export function receiveScreen(state, screen) {
  return { ...state, screen: { ...screen, revision: state.board?.programme_revision ?? null } };
}

/** An announcement: the call is shown at once, even if the board's message is still on its way. */
export function receiveAnnouncement(state, message, now) {
  const next = { ...state, heardAt: now, directions: remembered(state.directions, [message]) };
  const key = keyOf(message);
  if (state.announced[key] || serverNow(state, now) - Date.parse(message.at) > OLDEST_SOUND_MS) return next;
  const { call, rank, number, counter, at } = message;
  const recent = Object.entries(state.announced).slice(-99);
  return {
    ...next,
    announced: { ...Object.fromEntries(recent), [key]: { call, rank, number, counter, called_at: at } },
  };
}

/** `value`: "waiting", "speaking" or "ended". */
export function soundChanged(state, key, value, now) {
  const recent = Object.entries(state.sound).slice(-99);
  return { ...state, sound: { ...Object.fromEntries(recent), [key]: { value, at: now } } };
}

/** A connection without any message for two lost heartbeats is dead, even if the socket seems open. */
export const isSilent = (state, now) => state.isConnected && now - state.heardAt > SILENCE_MS;

export const isLive = (state) => state.isConnected && state.isConfirmed;

/** Those of some calls that a screen shows: all of them, or its counter's where it is the screen of one. */
function ofScreen(state, calls) {
  const own = state.screen?.place?.counter?.id;
  return own ? calls.filter((call) => call.counter.id === own) : calls;
}

/**
 * Calls whose visitor is not yet at the counter, most recent first; an announcement not on the board yet
 * comes first.
 */
export function calledNow(state, now) {
  const calls = ofScreen(state, state.board?.calls ?? []);
  const fresh = ofScreen(state, Object.values(state.announced)).filter(
    (one) => serverNow(state, now) - Date.parse(one.called_at) < 5_000 && isAhead(one, state.board),
  );
  return [...fresh.reverse(), ...calls.filter((call) => !fresh.some((one) => one.call === call.call))];
}

/** What the page shows: which view, its calls, the last calls, and whether it is live. */
export function viewOf(state, now) {
  const called = calledNow(state, now);
  const numbers = new Set([...called, ...state.cards].map((call) => call.number));
  const stale = isLive(state) ? null : state.lastLiveAt;
  const isPast = stale !== null && serverNow(state, now) - stale > GREY_MS;
  const isForgotten =
    stale !== null && serverNow(state, now) - stale > (state.isRefused ? HONEST_MS : FORGET_MS);
  const listed = new Set();
  const isListed = ({ number }) => listed.has(number) || !listed.add(number);
  const waiting = (state.queues?.queues ?? []).reduce((sum, line) => sum + line.waiting, 0);
  return {
    view: viewName(state, { now, called, waiting, isForgotten }),
    cards: isForgotten ? [] : directed(state, state.cards),
    recent: isForgotten
      ? []
      : newestFirst(ofScreen(state, state.board?.recent ?? [])).filter(
          (call) => !numbers.has(call.number) && !isListed(call),
        ),
    waiting,
    // no ticket is taken while it is closed
    queues: isLive(state) && isOpen(state, now) ? (state.queues?.queues ?? []) : [],
    isLive: isLive(state),
    isPast, // who is called was called then: whether they are awaited still, nobody knows
    notLiveSince: stale,
  };
}

/** Whether the hall is open now: the server's answer, moved on at the instant it gave. */
export function isOpen(state, now) {
  const { is_open: wasOpen = true, next_opening_at: opening } = state.screen ?? {};
  const hasOpened = serverNow(state, now) >= Date.parse(opening ?? "");
  return hasOpened || (wasOpen && !hasTurned(state, now));
}

/** In a break that carries everyone over, the instant at which calls resume; null at any other time. */
export function resumesAt(state, now) {
  const { begins_at: begins, resumes_at: resumes } = state.board?.break ?? {};
  const at = serverNow(state, now);
  return at >= Date.parse(begins ?? "") && at < Date.parse(resumes ?? "") ? Date.parse(resumes) : null;
}

/** At its closing and at its opening the hall's day is read again, once. */
export function turned(state, now) {
  if (!state.isConnected || state.screen?.isAsked || !hasTurned(state, now)) return state;
  return wanting({ ...state, screen: { ...state.screen, isAsked: true } }, "nudge");
}

function hasTurned(state, now) {
  const { is_open: wasOpen = true, closes_at: closing, next_opening_at: opening } = state.screen ?? {};
  const at = Date.parse((wasOpen ? closing : opening) ?? "");
  return serverNow(state, now) >= at;
}

function viewName(state, { now, called, waiting, isForgotten }) {
  if (state.isRefused && (!state.board || isForgotten)) return "refused";
  if (!state.board) return "connecting";
  if (isForgotten) return "unknown";
  if (state.cards.length || called.length) return "calls";
  if (!isLive(state) && serverNow(state, now) - (state.lastLiveAt ?? 0) > HONEST_MS) return "unknown";
  if (resumesAt(state, now)) return "break";
  if (!isOpen(state, now) && !waiting) return "closed";
  return waiting || state.board.recent.length ? "rest" : "empty";
}

/**
 * Note that the server spoke. Messages travel and wait, so the largest difference of clocks of the last
 * minutes is the truest; a much smaller one is believed only from a heartbeat or the first message: then a
 * clock was set. An older one is not believed: clocks drift.
 */
function withServerTime(state, message, now, isBeat = false) {
  const at = Date.parse(message.as_of);
  if (Number.isNaN(at)) return { ...state, heardAt: now };
  const offset = at - now;
  const wasSet = offset < state.offset - CLOCK_SET_MS && (isBeat || !state.isConfirmed);
  const isRecent = (clock) => Math.abs(now - clock.now) <= CLOCK_HEARD_MS && clock.offset > offset;
  const former = wasSet || state.heardAt === null ? [] : state.clocks.filter(isRecent);
  const clocks = [...former, { now, offset }];
  return {
    ...state,
    clocks,
    heardAt: now,
    offset: clocks[0].offset,
    lastLiveAt: Math.max(at, state.lastLiveAt ?? 0),
  };
}

function wanting(state, reason) {
  return state.fetch === "connection" ? state : { ...state, fetch: reason };
}

/** The further of two positions; of two epochs, which have no order, the first. */
function further(one, other) {
  if (!one || !other) return one ?? other ?? null;
  return one.epoch === other.epoch && other.version > one.version ? other : one;
}

function remembered(directions, calls) {
  const found = calls.filter((call) => Object.keys(call.counter.direction ?? {}).length);
  return found.length
    ? { ...directions, ...Object.fromEntries(found.map((c) => [c.counter.id, c.counter.direction])) }
    : directions;
}

const newestFirst = (calls) =>
  [...calls].sort((one, other) => Date.parse(other.called_at) - Date.parse(one.called_at));

/** Cards with the directions to their counters, also those that the last message left out. */
export const directed = (state, cards) =>
  cards.map((card) => ({ ...card, counter: withDirection(state, card.counter) }));

function withDirection(state, counter) {
  const direction = Object.keys(counter.direction ?? {}).length
    ? counter.direction
    : state.directions[counter.id];
  return { ...counter, direction: direction ?? {} };
}

function isAhead(announced, board) {
  if (!board) return true;
  const onBoard = board.calls.find((call) => call.call === announced.call);
  return (
    Date.parse(announced.called_at) > Date.parse(board.as_of) ||
    (onBoard ? announced.rank > onBoard.rank : false)
  );
}
