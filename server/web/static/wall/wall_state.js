// The state of a hall on a supervisor's wall: pure functions of values. No DOM, no clock, no network.

import { accepted, NOTHING_SEEN } from "../shared/freshness.js";

const STEP_S = 300;
const SAID_EVERY_MS = 15000;

/** The wall before anything is known. */
export function emptyWall() {
  const wall = /** @type {Api.WallAnswer | null} */ (null);
  return { wall, seen: NOTHING_SEEN, clockOffsetMs: 0, isLive: false, lostAtMs: null };
}

/** A wall taken in if it is newer; an old one changes nothing. */
export function withWall(state, /** @type {Api.WallAnswer} */ wall, nowMs) {
  const order = accepted(state.seen, wall);
  return order === null
    ? state
    : { ...state, wall, seen: order, clockOffsetMs: Date.parse(wall.as_of) - nowMs };
}

/**
 * Queues as rows: the longest wait as of now, and where it and the target stand on one common axis (0 to 1).
 */
export function queueRows(/** @type {Api.WallAnswer} */ wall, nowMs) {
  const sinceS = Math.max(0, (nowMs - Date.parse(wall.as_of)) / 1000);
  const rows = wall.queues.map((queue) => ({
    ...queue,
    longestS: queue.waiting ? queue.longest_s + sinceS : 0,
  }));
  const topS = Math.max(STEP_S, ...rows.flatMap(({ longestS, target_s: targetS }) => [longestS, targetS]));
  return rows.map((row) => ({ ...row, at: { longest: row.longestS / topS, target: row.target_s / topS } }));
}

/** Of everybody who waits now: the longest wait in seconds, and how many have waited past their target. */
export function truthNow(rows) {
  return {
    longestS: Math.max(0, ...rows.map(({ longestS }) => longestS)),
    overdue: rows.reduce((sum, { overdue }) => sum + overdue, 0),
  };
}

/** Queues that a supervisor should look at, by id and state. */
export function troubles(/** @type {Api.WallAnswer} */ wall) {
  return wall.queues.filter(({ state }) => state !== "calm").map(({ queue, state }) => ({ queue, state }));
}

/**
 * The text for a screen reader, at most once in 15 s: queues newly in trouble, else how many more people
 * wait. Answers {memory, news, more}; both null when there is nothing to say.
 */
export function saidNext(memory, /** @type {Api.WallAnswer} */ wall, /** @type {number} */ nowMs) {
  const now = {
    saidAtMs: nowMs,
    waiting: wall.people.waiting,
    states: Object.fromEntries(wall.queues.map(({ queue, state }) => [queue, state])),
  };
  if (memory === null) return { memory: now, news: null, more: null };
  if (nowMs - memory.saidAtMs < SAID_EVERY_MS) return { memory, news: null, more: null };
  const news = troubles(wall).filter(({ queue, state }) => memory.states[queue] !== state);
  const more = now.waiting - memory.waiting;
  if (!news.length && more === 0) return { memory, news: null, more: null };
  return { memory: now, news: news.length ? news : null, more: more || null };
}
