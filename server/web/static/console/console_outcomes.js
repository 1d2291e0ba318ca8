// What came of a gesture of the console in words, or why it is not possible now. Pure functions of values.

import { restUntil } from "./console_needs.js";
import { isPausing, phaseOf } from "./console_state.js";
import { capital } from "./console_view.js";

/** Whether what came of a gesture is said where it was pressed: there is a sentence for it. */
export function hasOutcome(action, say) {
  return ["next", "chosen"].includes(action) || say.knows(`console.outcome.${action}`);
}

/**
 * The sentence of a performed verb: `was` is the counter before, `body` the answer, `queue` the known queue
 * of the hall.
 */
export function outcomeWords(verb, { was, body, queue }, words) {
  const { say, hour } = words;
  if (verb === "next" && !body?.leg) {
    const restsUntil = restUntil(queue);
    if (restsUntil) return say("console.outcome.rest", { at: hour(restsUntil) });
    return say(was.leg ? "console.outcome.finished_nobody" : "console.outcome.nobody");
  }
  if (["next", "chosen", "receive_below"].includes(verb))
    return say("console.outcome.called", { number: body.number });
  if (verb === "transfer") return transferWords(was.leg, body.destination, words);
  const linked = (body?.linked ?? []).join(", ");
  return say(`console.outcome.${verb}`, { number: was.leg?.number ?? body?.number ?? "", linked });
}

function transferWords(leg, { service, counter, is_open: isOpen }, { say, hall, hour }) {
  const to = counter ? capital(hall.counterLabel(counter)) : hall.serviceName(service);
  const key = isOpen ? "transfer" : counter ? "transfer_closed" : "transfer_unserved";
  const rank = say("console.outcome.rank_kept", { at: hour(leg.ranked_from ?? leg.arrived_at) });
  return say(`console.outcome.${key}`, { number: leg.number, to, rank });
}

/** The end of the key `console.refused.…` for an action that the state does not allow. */
export function whyNot(action, state) {
  const phase = phaseOf(state);
  const { phases = [], path = "", refusal } = state.gestures[action] ?? {};
  if (refusal) return refusal;
  if (action === "leave") return phase === "called" || phase === "in_service" ? "finish_first" : "one_place";
  if (action === "resume" && !isPausing(state)) return "not_paused";
  if (phase === "paused") return "paused";
  if (phase === "in_service" && action === "next") return "pausing";
  const isOfPerson = /\{(leg|visit)\}/.test(path);
  const isOfCall = isOfPerson && !phases.includes("in_service");
  if (phase === "free" && isOfPerson) return "nobody_called";
  if (phase === "called") return isOfPerson && !phases.includes("called") ? "not_arrived" : "answer_first";
  return isOfCall ? "not_called" : "finish_first";
}
