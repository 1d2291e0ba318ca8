// Calls made from paper while the server is away: the kept queue, the person called, the calls to enter
// afterwards. Pure functions of values.

import { rowsHere } from "../shared/call_order.js";

/**
 * A person who waits, without anything personal; `isOwn`: proposed at this counter, so that two counters
 * without server do not call the same number.
 * @typedef {{ visit: string, number: string, service: string, class: string, issued_at: string,
 *   isOwn: boolean }} PaperRow
 */
/**
 * A call as it was made; `refused`: what the server says against it. `isHere`: the server made it.
 * @typedef {object} PaperCall
 * @property {string} counter
 * @property {string} number
 * @property {string | null} visit null: typed
 * @property {string} called_at
 * @property {string | null} started_at
 * @property {string | null} ended_at
 * @property {"served" | "no_show" | "left" | null} end
 * @property {boolean} [isHere]
 * @property {{ code: string, detail: string, choices: Api.VisitOfNumber[] } | null} [refused]
 */
/**
 * @typedef {object} Paper
 * @property {string} on the day of the hall it is of
 * @property {string} asOf
 * @property {number} offsetMs of this computer's clock
 * @property {string} counter
 * @property {string} label
 * @property {PaperRow[]} rows
 * @property {PaperCall | null} here
 * @property {PaperCall | null} current
 * @property {PaperCall[]} calls
 * @property {{ key: string, counter: string, calls: PaperCall[] } | null} sending
 */

const MOST_AT_ONCE = 60;
const TRIED_AGAIN = "number_not_found"; // perhaps of a kiosk whose tickets have not arrived yet

/** @returns {Paper} */
export const emptyPaper = (on) => ({
  on,
  asOf: "",
  offsetMs: 0,
  counter: "",
  label: "",
  rows: [],
  here: null,
  current: null,
  calls: [],
  sending: null,
});

/** The paper of a day, from what was stored; nothing of another day is left. */
export function paperOf(stored, on) {
  return stored?.on === on ? { ...emptyPaper(on), ...stored } : emptyPaper(on);
}

/**
 * The paper with the queue of a console at an open counter.
 *
 * @param {Paper} paper
 * @param {import("./console_state.js").ConsoleState} state
 * @param {number} nowMs of the server
 */
export function withQueueOf(paper, state, nowMs) {
  const { counter, queue } = state;
  if (!counter?.session_mark || !queue) return paper;
  const rows = rowsHere({ counter, queue, order: state.order }, nowMs)
    .filter(({ cannot, isEarly }) => !cannot && !isEarly)
    .map(({ leg }) => paperRow(leg, state));
  const leg = counter.leg;
  const here = leg && {
    ...callOf(counter.counter, leg.number, leg.visit, leg.last_called_at ?? queue.as_of),
    started_at: leg.started_at ?? null,
    isHere: true,
  };
  const { clockOffsetMs: offsetMs } = state;
  return {
    ...paper,
    asOf: queue.as_of,
    offsetMs,
    counter: counter.counter,
    label: counter.label,
    rows,
    here,
  };
}

function paperRow(leg, { counter, queue }) {
  const { visit, number, service, issued_at } = leg;
  const marks = queue.counters
    .filter((one) => one.session_mark && one.state !== "paused" && one.services?.includes(service))
    .map((one) => one.session_mark);
  const sessions = [...new Set(marks)].sort();
  const rank = Number(/\d+$/.exec(number)?.[0] ?? 0);
  const isOwn =
    leg.for_counter || sessions.length < 2 || sessions[rank % sessions.length] === counter.session_mark;
  return { visit, number, service, class: leg.class, issued_at, isOwn: Boolean(isOwn) };
}

/** @returns {PaperCall} */
function callOf(counter, number, visit, at) {
  return { counter, number, visit, called_at: at, started_at: null, ended_at: null, end: null };
}

/** The rows that nobody has called from this paper: those of this counter, then those of others. */
export function nextRows({ rows, calls, current }) {
  const called = new Set([...calls, current].map((call) => call?.number));
  const left = rows.filter(({ number }) => !called.has(number));
  return { own: left.filter(({ isOwn }) => isOwn), others: left.filter(({ isOwn }) => !isOwn) };
}

/** The person at the counter when the server went away is here, unless this paper has ended that. */
export function withHere(paper) {
  const { here, calls, current } = paper;
  const isOver = !here || calls.some(({ visit }) => visit === here.visit);
  return current || isOver ? paper : { ...paper, current: here };
}

/** A number is called; one that was typed stands for the row with that number. */
export function withCalled(paper, typed, at) {
  const number = typed.trim().toUpperCase();
  const row = paper.rows.find((one) => one.number === number);
  return { ...paper, current: callOf(paper.counter, number, row?.visit ?? null, at) };
}

/** The person called has come. */
export function withArrived(paper, at) {
  return { ...paper, current: { ...paper.current, started_at: at } };
}

/** The call is over, and is to be entered. */
export function withEnded(paper, end, at) {
  const call = { ...paper.current, end, ended_at: at };
  return { ...paper, current: null, calls: [...paper.calls, call], here: call.isHere ? null : paper.here };
}

/** A call that was noted on the printed queue. */
export function withNoted(paper, { number, called_at, ended_at, end }) {
  const call = { ...withCalled(paper, number, called_at).current, ended_at, end };
  return { ...paper, calls: [...paper.calls, call] };
}

/** Back to the console: who is still here is entered without an end, unless the server knows all of it. */
export function withConsole(paper) {
  const { current, here } = paper;
  if (!current) return paper;
  const isKnown = current.isHere && current.started_at === (here?.started_at ?? null);
  return { ...paper, current: null, calls: isKnown ? paper.calls : [...paper.calls, current] };
}

/** A kept call is taken away, or its visit was chosen among several with its number. */
export const withoutCall = (paper, call) => ({ ...paper, calls: paper.calls.filter((one) => one !== call) });
export const withVisit = (paper, call, visit) => ({
  ...paper,
  calls: paper.calls.map((one) => (one === call ? { ...one, visit, refused: null } : one)),
});

/** Whether a call is tried again, since its number may become known. */
export const isTriedAgain = ({ refused }) => refused?.code === TRIED_AGAIN;

/** Calls whose number was not known yet are tried again. */
export const withAnotherTry = (paper) => ({
  ...paper,
  calls: paper.calls.map((one) => (isTriedAgain(one) ? { ...one, refused: null } : one)),
});

/** The next batch to send, of one counter; one whose answer never came is sent again with its key. */
export function withBatch(paper, newKey) {
  if (paper.sending) return paper;
  const due = paper.calls.filter(({ refused }) => !refused);
  if (due.length === 0) return paper;
  const [{ counter }] = due;
  const calls = due.filter((one) => one.counter === counter).slice(0, MOST_AT_ONCE);
  return { ...paper, sending: { key: newKey(), counter, calls } };
}

/** The body of a batch. */
export function bodyOf({ calls }) {
  const given = ([, value]) => value !== null;
  return {
    calls: calls.map(({ visit, number, called_at, started_at, ended_at, end }) => ({
      ...(visit ? { visit } : { number }),
      called_at,
      ...Object.fromEntries(Object.entries({ started_at, ended_at, end }).filter(given)),
    })),
  };
}

/** What the server made of a batch: entered calls are gone, refused ones say why. */
export function withAnswer(/** @type {Paper} */ paper, /** @type {Api.ReenteredAnswer} */ { refused }) {
  const sent = paper.sending?.calls ?? [];
  const same = (one, other) => one.called_at === other.called_at && one.number === other.number;
  const calls = paper.calls.flatMap((call) => {
    const row = sent.findIndex((one) => same(one, call));
    if (row < 0) return [call];
    const no = refused.find((one) => one.row === row);
    return no ? [{ ...call, refused: { code: no.code, detail: no.detail, choices: no.choices } }] : [];
  });
  return { ...paper, sending: null, calls };
}

/** Nothing of a batch was taken: its calls stay, to be sent again. */
export const withNoAnswer = (paper) => ({ ...paper, sending: null });
