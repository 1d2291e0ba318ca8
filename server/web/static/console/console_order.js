// In which order the active counter would call those who wait.

import { phaseOf } from "./console_state.js";
import { createPaced } from "../shared/paced_refetch.js";
import { inTurn } from "../shared/turns.js";
import { read } from "../shared/verbs.js";

const EVERY_MS = 1_500;

/** `soon()` reads the order again, at most every `EVERY_MS`, `now()` at once; `apply(order)` takes it in. */
export function createOrder({ stateNow, apply }) {
  const readInTurn = inTurn(() => read(`/api/v1/counters/${stateNow().counter.counter}/waiting`));

  async function readOrder() {
    if (phaseOf(stateNow()) === "choose" || document.body.classList.contains("bar")) return;
    try {
      /** @type {Api.WaitingAnswer | null} */
      const order = await readInTurn();
      if (order && stateNow().counter?.counter === order.counter) apply(order);
    } catch {
      // Not reachable: the list stays in the order of the queue.
    }
  }

  return createPaced(readOrder, EVERY_MS);
}
