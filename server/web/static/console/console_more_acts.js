// Gestures of more than one request: people without a ticket, and a transfer whose visit is called here at
// once.

import { requestOf } from "./console_state.js";
import { whyNotDone } from "../shared/verbs.js";

/** The two gestures. `perform(verb, request)` answers what came of a verb of the active place. */
export function createMoreActs({ words, slug, stateNow, panel, attempt, perform, readCounter, lines }) {
  const { say, hall } = words;

  async function greet(choice) {
    const { services, counter } = stateNow().counter;
    if (!choice && services.length > 1) return panel.open("greeting");
    const service = choice?.service ?? services[0];
    panel.close();
    const answer = await attempt({ path: `/api/v1/halls/${slug}/greetings`, body: { service, counter } });
    if (answer.ok) lines.tell(say("console.outcome.greeting", { service: hall.serviceName(service) }));
    await readCounter();
  }

  /** Two writes: where the call is refused the visit waits, and the page says both. */
  async function transferAndCall({ isCalledHere, ...transfer }) {
    const { visit, number } = stateNow().counter.leg;
    const sent = await perform("transfer", requestOf("transfer", stateNow(), transfer));
    const request = sent?.ok && requestOf("chosen", stateNow(), { visit, reason: "other" });
    if (!request) return;
    const called = await perform("chosen", request);
    if (!called.ok)
      lines.refuse(say("console.transfer.not_called", { number, why: whyNotDone(called, say) }));
  }

  return { greet, transferAndCall };
}
