// The counter of a reception without a kiosk: opened, called and ended from the page that gives the tickets.

import { phaseOf } from "../console/console_state.js";
import { capital } from "../console/console_view.js";
import { setText } from "../shared/dom.js";
import { placesOf } from "../console/session_places.js";

/**
 * Draws the counter that this computer holds, and performs the pressed actions. `attempt` sends, `changed`
 * reads the queue again.
 */
export function createCalling({ box, say, label, session, attempt, tell, changed }) {
  let place = null;
  box?.addEventListener("click", ({ target }) => act(target.closest("[data-call]")?.dataset.call));
  return { draw };

  function draw(queue) {
    if (!box) return;
    const { mark, counter } = session.stored();
    const places = placesOf({ queue, counter: { session_mark: mark, counter: null } });
    place = places.find((each) => each.counter === counter) ?? places[0] ?? null;
    const phase = phaseOf({ counter: place });
    for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== phase;
    const number = place?.leg?.number ?? "";
    setText(
      box.querySelector("[data-calling-now]"),
      say(`reception.calling.${phase}`, { number, counter: capital(label(place?.counter)) }),
    );
  }

  async function act(gesture) {
    if (!gesture) return;
    const answer = await (gesture === "open" ? open() : attempt(request(gesture)));
    if (!answer.ok) return changed();
    if (gesture === "close") session.keep({});
    if (gesture === "next")
      tell(
        answer.body?.number
          ? say("console.outcome.called", { number: answer.body.number })
          : say("reception.calling.nobody"),
      );
    return changed();
  }

  async function open() {
    const counter = box.querySelector("select").value;
    const answer = await attempt({ path: `/api/v1/counters/${counter}/session` });
    if (answer.ok) session.keep({ counter, session: answer.body.session, mark: answer.body.session_mark });
    return answer;
  }

  function request(gesture) {
    const { counter, leg } = place;
    const headers = session.headers();
    if (gesture === "next")
      return {
        path: `/api/v1/counters/${counter}/next`,
        body: { current: leg?.leg ?? null, ...(leg ? { current_end: "served" } : {}) },
        headers,
      };
    if (gesture === "close")
      return { method: "DELETE", path: `/api/v1/counters/${counter}/session`, headers };
    return { path: `/api/v1/legs/${leg.leg}/${gesture}`, headers };
  }
}
