// Steps back and forth over what is typed in the form of a notice.

const MOST_STEPS = 100;
/** Keys typed within this time are one step, in milliseconds. */
export const ONE_STEP_MS = 600;

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
