// Keeping up with the server: which state is the newest, and coming back once the server was lost.
//
// Full-state messages are ordered by (epoch, version, as_of): lower or equal is ignored, a new epoch always
// wins.

/** Until a heartbeat has named one. */
const SPAN_MS = 3_000;
const ANSWER_WITHIN_MS = 4_000;

/**
 * How far a page is: the last position, and the epochs it has left.
 * @typedef {{ epoch: string | null, version: number, asOf: string, left: readonly string[] }} Order
 */

/**
 * The order before the first message.
 *
 * @type {Readonly<Order>}
 */
export const NOTHING_SEEN = Object.freeze({ epoch: null, version: -1, asOf: "", left: Object.freeze([]) });

/**
 * The order after a message is accepted, or null when the message is old and must be ignored.
 *
 * @param {Order} order
 * @param {{ epoch: string, version: number, as_of: string }} message
 * @returns {Order | null}
 */
export function accepted(order, message) {
  const { epoch, version, as_of: asOf } = message;
  if (order.left.includes(epoch)) return null;
  if (epoch !== order.epoch) {
    const left = order.epoch === null ? order.left : [...order.left, order.epoch];
    return { epoch, version, asOf, left };
  }
  const isNewer =
    version > order.version || (version === order.version && Date.parse(asOf) > Date.parse(order.asOf));
  return isNewer ? { ...order, version, asOf } : null;
}

/**
 * Whether a heartbeat reveals a missed message: another epoch, not one already left, or a higher version.
 *
 * @param {Order} order
 * @param {{ epoch: string, version: number }} heartbeat
 */
export function isBehind(order, heartbeat) {
  if (order.left.includes(heartbeat.epoch)) return false;
  return heartbeat.epoch !== order.epoch || heartbeat.version > order.version;
}

async function isReady() {
  try {
    const signal = AbortSignal.timeout?.(ANSWER_WITHIN_MS); // older phones have none
    return (await fetch("/health/ready", { cache: "no-store", signal })).ok;
  } catch {
    return false;
  }
}

/**
 * The way back of a page that lost the server: it asks by HTTP whether the server is ready, and connects once
 * it is. Browsers hold back websockets that failed before, Firefox for up to a minute. Each page asks once in
 * a span, at an instant of its own, so that the pages of all halls come back spread over it. The server names
 * the span: it knows how many there are, and how many it can take a second.
 *
 * `lost()`: the connection has ended, or could not be opened; `heard(beat)`: a heartbeat has come;
 * `pauseMs()`: how long to wait before any request is tried again.
 *
 * @param {() => unknown} connect is called once the server is ready
 * @param {{ mostMs?: number, ask?: () => Promise<boolean>, random?: () => number,
 *   later?: (work: () => unknown, ms: number) => unknown }} [options] mostMs: the longest span, for pages
 *   that are few and that people stand before
 */
export function createReturn(
  connect,
  { mostMs = Infinity, ask = isReady, random = Math.random, later = setTimeout } = {},
) {
  let spanMs = Math.min(SPAN_MS, mostMs);
  let isAsking = false;

  function lost() {
    if (isAsking) return;
    isAsking = true;
    later(askAgain, pauseMs());
  }

  async function askAgain() {
    if (!(await ask())) return later(askAgain, spanMs);
    isAsking = false;
    return connect();
  }

  function pauseMs() {
    return random() * spanMs;
  }

  /** @param {{ return_ms?: number }} beat without it: of a server of an earlier release */
  function heard({ return_ms: returnMs = SPAN_MS }) {
    spanMs = Math.min(returnMs, mostMs);
  }

  return { lost, heard, pauseMs };
}
