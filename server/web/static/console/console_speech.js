// The console's texts for a screen reader: its state on request, and now and then how many more or fewer
// people wait.

import { one } from "../shared/dom.js";
import { phaseOf, summaryDue, waitingCount } from "./console_state.js";
import { waitingHere } from "../shared/call_order.js";
import { serverNow } from "../shared/clock.js";
import { minutes, secondsSince } from "../shared/durations.js";
import { changedWords } from "../shared/waiting_view.js";

/** `now()` answers the state of the console. Answers {speak, here, whole, sayNowAndThen, renew}. */
export function createSpeech({ say, hall }, now) {
  const nothing = { waiting: null, saidAtMs: 0 };
  let summary = nothing;

  function speak(text) {
    const place = one("[data-say]");
    place.textContent = "";
    requestAnimationFrame(() => {
      place.textContent = text;
    });
  }

  function here() {
    const state = now();
    const { counter } = state;
    const from = counter?.leg ? (counter.leg.started_at ?? counter.leg.last_called_at) : counter?.since;
    const duration = minutes(secondsSince(from, serverNow(state, Date.now())), say);
    return say(`console.speak.${phaseOf(state)}`, { number: counter?.leg?.number ?? "", duration });
  }

  function whole() {
    const state = now();
    const count =
      phaseOf(state) === "choose"
        ? waitingCount(state.queue, hall.serviceIds)
        : waitingHere(state.queue, state.counter);
    return [
      state.isLive ? "" : say("console.live.connecting"),
      here(),
      say("console.waiting.said", { count }),
    ]
      .filter(Boolean)
      .join(" ");
  }

  function sayNowAndThen(nowMs) {
    const state = now();
    if (!state.queue || phaseOf(state) === "choose") return;
    const waiting = waitingHere(state.queue, state.counter);
    const due = summaryDue(summary, waiting, nowMs);
    summary = due.memory;
    if (due.more === null) return;
    speak(changedWords(due.more, waiting, say));
  }

  return {
    speak,
    here,
    whole,
    sayNowAndThen,
    renew: () => {
      summary = nothing;
    },
  };
}
