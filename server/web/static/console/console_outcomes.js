// What came of a gesture of the console, in words. Pure functions of values.

import { restUntil } from "./console_needs.js";
import { capital } from "./console_view.js";

/** Verbs that are answered by the leg as it is afterwards. */
export const ANSWERED_BY_LEG = new Set([
  "next",
  "postpone",
  "park",
  "parked",
  "add_service",
  "correct_service",
  "outcome",
  "yes",
  "no",
  "recall",
  "finish",
  "transfer",
  "cancel",
  "chosen",
  "card_seen",
  "card_missing",
  "hold",
]);

/** Verbs whose outcome is told where they were pressed. */
export const TOLD = new Set([...ANSWERED_BY_LEG, "link", "unlink", "returned", "undo", "present"]);

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
