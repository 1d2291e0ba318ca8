// The verdict of the printed trial sheet, requested until it is final.

import { paperOf, reasonOf } from "../reception/paper_state.js";
import { one } from "../shared/dom.js";
import { readJson, sayer } from "../shared/sentences.js";
import { read } from "../shared/verbs.js";

const ASKED_EVERY_MS = 1000;
const page = readJson("trial-page");
const say = sayer(readJson("sentences"), page.language);
const notice = one("[data-verdict]");
const advice = one("[data-advice]");

document.querySelector("[data-not-out]")?.addEventListener("click", () => {
  const help = one("[data-not-out-advice]");
  help.hidden = false;
  one(":scope > *", help).textContent = say("installing.trial.came_out.advice");
});

readTrial();

async function readTrial() {
  try {
    /** @type {Api.PrintVerdict} */
    const print = await read(page.address);
    tell({ print });
  } catch {
    setTimeout(readTrial, ASKED_EVERY_MS);
  }
}

function tell(ticket) {
  const paper = paperOf(ticket);
  const why = reasonOf(ticket);
  notice.dataset.verdict = paper;
  notice.classList.toggle("good", paper === "printed");
  notice.classList.toggle("alert", ["refused", "retrying", "held", "unknown"].includes(paper));
  const isFetched = Boolean(page.is_fetched);
  const word = isFetched && paper === "queued" ? "queued_fetched" : paper;
  one(":scope > *", notice).textContent = say(`installing.trial.${word}`);
  const isForgotten = isFetched && ticket.print.why === "too_old";
  if (isForgotten) advice.textContent = say("installing.trial.not_fetched");
  else advice.textContent = why ? say(`installing.trial.why.${why}`) : "";
  one("[data-on]").hidden = !["printed", "unknown"].includes(paper);
  if (["queued", "retrying", "held"].includes(paper)) setTimeout(readTrial, ASKED_EVERY_MS);
}
