// The offer where a ticket needs an appointment: the sheet that says how to obtain one, and the exceptional
// reasons to be received without.

import { paperWords } from "./paper_state.js";
import { byId, one, show, write } from "../shared/dom.js";
import { drawList, html } from "../shared/drawing.js";

/**
 * `attempt(request)` sends one write and shows refusals, `wishes()` gives the options of a ticket,
 * `tell(text)` shows an outcome, `receive(service, reason)` issues the ticket of a visitor received
 * exceptionally, `heard()` are the last prints of the hall. Answers {offer, hide, take}.
 */
export function createSheet({ hall, say, attempt, wishes, tell, receive, heard: lastPrints }) {
  const button = one('[data-act="sheet"]');
  let service = null;
  let job = null;

  button.addEventListener("click", async () => {
    const { language, kiosk } = wishes();
    const answer = await attempt({
      path: `${hall}/appointment-sheets`,
      body: { service, language, ...(kiosk ? { kiosk } : {}) },
    });
    if (!answer.ok) return;
    job = answer.body.job;
    // its verdict may have come first
    sayPaper(lastPrints().findLast((print) => print.job === job) ?? answer.body);
  });

  function reasonItem({ id, name }) {
    const press = async () => {
      await receive(service, id);
      // its button is gone
      if (document.activeElement === document.body) byId("main").focus();
    };
    return html`<li><button type="button" data-reason=${id} @click=${press}>${name}</button></li>`;
  }

  function sayPaper(print) {
    tell(say("reception.sheet.outcome", { paper: paperWords({ print }, say) }));
  }

  return {
    /** `way`: the receiving service and its reasons, from the menu; null where there is none. */
    offer(refused, way) {
      service = refused;
      show("[data-sheet]", true);
      show("[data-reasons]", way !== null);
      write(
        "reasons-title",
        way ? say("reception.exceptional.title", { service: way.received_by.name }) : "",
      );
      drawList("reasons", (way?.reasons ?? []).map(reasonItem));
      // a hall without a printer has no sheet to offer
      const first = button.checkVisibility() ? button : document.querySelector("[data-reason]");
      /** @type {HTMLElement | null} */ (first)?.focus();
    },
    hide: () => show("[data-sheet]", false),
    take: (print) => {
      if (job && print.job === job) sayPaper(print);
    },
  };
}
