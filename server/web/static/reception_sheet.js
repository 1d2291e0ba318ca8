// The sheet that says how to obtain an appointment, offered where a ticket was refused because one needs one.

import { paperOf, reasonOf } from "./paper_state.js";
import { show } from "./dom.js";

/**
 * `attempt(request)` sends one write and says refusals, `wishes()` is what a ticket is asked with, `tell(text)` says an outcome.
 * Answers {offer, hide, heard}.
 */
export function createSheet({ hall, say, attempt, wishes, tell }) {
  const button = document.querySelector('[data-act="sheet"]');
  let service = null;
  let job = null;

  button.addEventListener("click", async () => {
    const { language, kiosk } = wishes();
    const answer = await attempt({ path: `${hall}/appointment-sheets`, body: { service, language, ...(kiosk ? { kiosk } : {}) } });
    if (!answer.ok) return;
    job = answer.body.job;
    sayPaper(answer.body);
  });

  function sayPaper(print) {
    const words = say(`reception.print.${paperOf({ print })}`);
    const why = reasonOf({ print });
    tell(say("reception.sheet.outcome", { paper: why ? `${words} (${say(`reception.print.why.${why}`)})` : words }));
  }

  return {
    offer(refused) {
      service = refused;
      show("[data-sheet]", true);
      button.focus();
    },
    hide: () => show("[data-sheet]", false),
    heard: (print) => { if (job && print.job === job) sayPaper(print); },
  };
}
