// Why a gesture of the console is not possible now, as the word of its sentence. Pure functions of values.

import { isPausing, phaseOf } from "./console_state.js";

const OF_WHO_IS_CALLED = new Set(["yes", "no", "recall", "postpone", "hold"]);
const OF_A_PERSON = new Set([
  "finish",
  "transfer",
  "park",
  "add_service",
  "correct_service",
  "outcome",
  "link",
  "cancel",
]);

/** The end of the key `console.refused.…` for an action that the state does not allow. */
export function whyNot(action, state) {
  const phase = phaseOf(state);
  if (action === "undo") return "nothing_to_undo";
  if (action === "present") return "not_asked";
  if (action === "leave") return phase === "called" || phase === "in_service" ? "finish_first" : "one_place";
  if (action === "resume" && !isPausing(state)) return "not_paused";
  if (phase === "paused") return "paused";
  if (phase === "in_service" && action === "next") return "pausing";
  if (phase === "free" && (OF_WHO_IS_CALLED.has(action) || OF_A_PERSON.has(action))) return "nobody_called";
  if (action.startsWith("card_")) return "no_card";
  if (phase === "called") return action === "park" ? "not_arrived" : "answer_first";
  return OF_WHO_IS_CALLED.has(action) ? "not_called" : "finish_first";
}
