// What is typed and not yet saved: undone step by step, and kept in this browser, where a closed page, a lost
// network or a refusal loses nothing. The same person finds it again on the same computer only.

import { attempt } from "../shared/stored.js";

const PREFIX = "parvis.notice.";
const KEPT_MS = 30 * 86_400_000;
const MOST_STEPS = 100;
/** Keys typed within this time are one step, in milliseconds. */
export const ONE_STEP_MS = 600;

/**
 * Keeps the text of a notice (null: of a new one) for a person. `storage` and `now` (milliseconds) are passed
 * in by tests. A browser that keeps nothing answers false.
 *
 * @param {{ login: string, storage?: Storage, now?: () => number }} person
 */
export function createKept({ login, storage = globalThis.localStorage, now = Date.now }) {
  const keyOf = (notice) => `${PREFIX}${login}.${notice ?? "new"}`;
  dropOld();
  return { keep, find, forget };

  /** Nothing stays longer than thirty days, whoever typed it. */
  function dropOld() {
    attempt(() => {
      for (const key of Object.keys(storage).filter((each) => each.startsWith(PREFIX)))
        if (!(now() - JSON.parse(storage.getItem(key) ?? "null")?.at < KEPT_MS)) storage.removeItem(key);
    });
  }

  /** @returns {boolean} whether it is kept */
  function keep(notice, { content, version }) {
    const text = JSON.stringify({ content, version, at: now() });
    return attempt(() => (storage.setItem(keyOf(notice), text), true)) ?? false;
  }

  /** What is kept, with when (`at`) and from which version; null for nothing, or after thirty days. */
  function find(notice) {
    const found = attempt(() => JSON.parse(storage.getItem(keyOf(notice)) ?? "null"));
    return found?.content && now() - found.at < KEPT_MS ? found : null;
  }

  function forget(notice) {
    attempt(() => storage.removeItem(keyOf(notice)));
  }
}

/** Steps back and forth over states of the form, each a text. `now` is in milliseconds. */
export function createUndo(/** @type {string} */ first) {
  let states = [first];
  let at = 0;
  let changedAt = -Infinity;
  return { note, back, forth, begin };

  function begin(state) {
    states = [state];
    at = 0;
    changedAt = -Infinity;
  }

  /** Notes a state; what is typed quickly after another joins its step. */
  function note(state, now) {
    if (state === states[at]) return;
    const isSameStep = at > 0 && at === states.length - 1 && now - changedAt < ONE_STEP_MS;
    states = [...states.slice(0, isSameStep ? at : at + 1), state].slice(-MOST_STEPS);
    at = states.length - 1;
    changedAt = now;
  }

  /** The state before, null at the beginning. */
  function back() {
    changedAt = -Infinity;
    return at > 0 ? states[(at -= 1)] : null;
  }

  /** The state that was undone last, null at the end. */
  function forth() {
    changedAt = -Infinity;
    return at < states.length - 1 ? states[(at += 1)] : null;
  }
}
