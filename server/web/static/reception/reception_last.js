// What may be done to the last ticket given at this reception for a reason: void it, call its visitor first.

import { askOnce } from "../shared/ask_once.js";
import { byId, showRefusal } from "../shared/dom.js";

/**
 * `reasonsOf(action)` are codes, `ticket()` is the last one, `readVisits(number)` reads visits,
 * `attempt(request)` sends one write and shows refusals, `tell(text)` shows an outcome, `forget(visit)` is
 * called for a ticket that is void. Answers {hurry}: what the key of an urgent case does; null where one may
 * not.
 */
export function createLast({ reasonsOf, say, ticket: lastTicket, readVisits, attempt, tell, forget }) {
  const buttonOf = (name) =>
    /** @type {HTMLButtonElement | null} */ (document.querySelector(`[data-act="${name}"]`));
  const [cancelButton, urgentButton] = [buttonOf("cancel-last"), buttonOf("urgent-last")];

  /** Asks why: one press on a reason does it. */
  function ask(button, action, { texts, no, reasonKey, done }) {
    const ticket = lastTicket();
    if (!ticket || !button || button.hidden) return;
    askOnce(button, {
      texts: texts(ticket),
      no: say(no),
      answers: reasonsOf(action).map((reason) => ({
        label: say(`${reasonKey}.${reason}`),
        go: async () => {
          if (await send(ticket, action, reason)) done(ticket);
        },
      })),
    });
  }

  // a ticket does not name its leg
  async function send({ number, visit }, action, reason) {
    /** @type {{ visits: Api.FoundVisit[] }} */
    const { visits } = await readVisits(number).catch(() => ({ visits: [] }));
    const leg = visits.find((found) => found.visit === visit)?.leg;
    if (!leg) return showRefusal(say("console.refused.no_answer"));
    const path = `/api/v1/legs/${leg}/${action.replace("_", "-")}`;
    const answer = await attempt({ path, body: { reason } });
    if (answer.ok) tell(say(`console.outcome.${action}`, { number }));
    return answer.ok;
  }

  const hurry = () =>
    ask(urgentButton, "declare_urgent", {
      texts: ({ number }) => [say("reception.urgent.why", { number })],
      no: "reception.urgent.keep",
      reasonKey: "console.declare_urgent.reason",
      done: () => urgentButton?.focus(),
    });
  urgentButton?.addEventListener("click", hurry);
  cancelButton?.addEventListener("click", () =>
    ask(cancelButton, "cancel", {
      texts: ({ number }) => [say("console.cancel.title", { number }), say("reception.find.cancel_hint")],
      no: "reception.issued.keep",
      reasonKey: "console.cancel.reason",
      done({ visit }) {
        forget(visit);
        byId("main").focus();
      },
    }),
  );
  return { hurry: urgentButton && hurry };
}
