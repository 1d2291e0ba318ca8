// Taking back what one did last at the reception desk, for five minutes, as at a counter.

import { gestureWords } from "../console/console_view.js";
import { byId, one, showRefusal, write } from "../shared/dom.js";
import { createLast, inTurn } from "../shared/turns.js";

/**
 * `readReception()` reads the last gesture, `nowMs()` is the server's clock, `attempt(request)` sends one
 * write and shows refusals, `tell(text)` shows an outcome. Answers {refresh, draw, press}.
 */
export function createUndo({ hall, words, readReception, nowMs, attempt, tell }) {
  /** @type {HTMLButtonElement} */
  const button = one('[data-act="undo"]');
  /** @type {Api.LastGesture | null} */
  let gesture = null;
  const readInTurn = inTurn(readReception);
  const reading = createLast();
  const refresh = () => reading.begin(readGesture());

  async function readGesture() {
    try {
      const answer = await readInTurn();
      if (answer) gesture = answer.last_gesture;
      draw();
    } catch {
      // Not reachable: the next connection reads it again.
    }
  }

  /** Shows what may still be taken back. */
  function draw() {
    button.hidden = gesture === null || Date.parse(gesture.may_undo_until) <= nowMs();
    write("undo", words.say("reception.undo", { gesture: gestureWords(gesture, words) }));
  }

  /** Takes back the gesture just made, also where it is still being read. */
  async function press() {
    await reading.ended();
    if (button.hidden || !gesture) return showRefusal(words.say("console.refused.nothing_to_undo"));
    const answer = await attempt({ path: `${hall}/reception/undo`, body: { fact: gesture.fact } });
    if (answer.ok) tell(words.say("console.outcome.undo"));
    await refresh();
    if (button.hidden) byId("main").focus();
    return undefined;
  }

  button.addEventListener("click", press);
  return { refresh, draw, press };
}
