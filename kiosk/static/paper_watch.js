// What becomes of the papers that the kiosk asked for: tickets, and the sheets on how to book.

import { pause } from "./live.js";
import { ANSWER_WITHIN_MS, newPressId } from "./press.js";
import { printOf } from "./ticket_state.js";

const PRINT_LATE_MS = 15_000;
const ASKED_EVERY_MS = 1_000;

/** @param {{ link: any, dispatch: (action: any) => void, current: () => any }} wiring current: the state */
export function openPapers({ link, dispatch, current }) {
  // Requested once with its own key; a failure is shown, and only a paper is lost.
  async function printSheet({ id: pressId, body }) {
    try {
      const { status, json } = await link.printSheet(body, { "Idempotency-Key": pressId }, ANSWER_WITHIN_MS);
      dispatch(
        status === 202
          ? { type: "sheet_queued", pressId, job: json.job }
          : { type: "sheet_refused", pressId },
      );
    } catch {
      /* told late below */
    }
    await pause(PRINT_LATE_MS);
    dispatch({ type: "sheet_late", pressId });
  }

  const isWaited = (ticket) => current().ticket === ticket && printOf(current()) === "pending";

  // An agent that issues alone has no socket to tell a verdict by: it is asked.
  async function askMeanwhile(ticket, untilMs) {
    for (let pastMs = 0; pastMs < untilMs && ticket.unplugged; pastMs += ASKED_EVERY_MS) {
      await pause(ASKED_EVERY_MS);
      if (!isWaited(ticket)) return;
      await ask(ticket);
    }
  }

  async function watch(ticket) {
    askMeanwhile(ticket, PRINT_LATE_MS);
    await pause(PRINT_LATE_MS + (ticket.paper_within_s ?? 0) * 1_000);
    if (!isWaited(ticket)) return;
    await ask(ticket);
    if (printOf(current()) === "pending") dispatch({ type: "print_late", visit: ticket.visit });
  }

  // The verdict may have been told while the link was down: the same press answers with what became of its
  // paper.
  async function ask({ visit, press }) {
    try {
      const { json } = await link.post(press, { "Idempotency-Key": newPressId() }, ANSWER_WITHIN_MS);
      if (json?.visit !== visit || !json.print) return;
      const { verdict, other_printer: otherPrinter } = json.print;
      dispatch({ type: "print_verdict", visit, verdict, otherPrinter });
    } catch {
      /* it is told late, or at the next connection */
    }
  }

  return {
    printSheet,
    watch,
    /** Asks after a paper that nobody knows of yet. */
    askAgain() {
      const { ticket } = current();
      if (ticket && ["pending", "unknown"].includes(printOf(current()))) ask(ticket);
    },
  };
}
