// What the page of a device that is being paired says, without a browser.

export const ASKED_EVERY_MS = 3_000;
export const ASKED_AFTER_REFUSAL_MS = 30_000;
const GROUP = 3;

/** A code as it is read from afar: "K7F R4M". */
export function grouped(code) {
  return `${code.slice(0, GROUP)}\u00a0${code.slice(GROUP)}`;
}

/** A code as it is spoken: letter by letter. */
export function spelt(code) {
  return [...code].join(", ");
}

/**
 * The state after an answer of the server (null: none came): `{state, code, leftS, label, hall, page}`. The
 * state is "shown", "confirmed", "slowed" (too many requests) or "lost".
 */
export function stateOf(answer) {
  if (answer === null) return { state: "lost" };
  if (answer.status === 429) return { state: "slowed" };
  if (answer.status !== 200) return { state: "lost" };
  const { state, code, left_s: leftS, label, hall, page } = answer.body;
  return state === "confirmed" ? { state, label, hall, page } : { state: "shown", code, leftS };
}

/** How long to wait before the next request to the server. */
export function pauseAfter({ state }) {
  return state === "slowed" ? ASKED_AFTER_REFUSAL_MS : ASKED_EVERY_MS;
}
