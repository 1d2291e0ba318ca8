// The paper of a console: what it keeps for when its server is away, and when it enters calls from paper.

import { byId } from "../shared/dom.js";
import { csrfHeader } from "../shared/verbs.js";
import { createPaperCalls } from "./paper_calls.js";

const KEPT_EVERY_MS = 2_000;
const AGAIN_MS = 30_000;

/**
 * `keep()` keeps the queue as it is, `enter()` sends what is to be entered. The bar has no paper.
 * `session` is that of this computer, `refresh` reads the hall again.
 */
export function createPaper({ words, session, stateNow, refresh }) {
  if (!document.querySelector("[data-paper]")) return { keep: () => {}, enter: () => {} };
  const paper = createPaperCalls({
    words,
    headers: (counter) => ({ ...csrfHeader(), ...session.headers(), "X-Counter": counter }),
    isLive: () => stateNow().isLive,
    entered: refresh,
    closed: () => byId("main").focus(),
  });
  const open = () => {
    paper.keep(stateNow());
    paper.open();
  };
  for (const button of document.querySelectorAll("[data-paper-open]")) button.addEventListener("click", open);
  setInterval(() => paper.keep(stateNow()), KEPT_EVERY_MS);
  setInterval(() => paper.hasCalls() && paper.enter(), AGAIN_MS);
  if (paper.isCalling()) paper.open(); // reloaded with a number on the page
  keepPage(words.hall.slug);
  return { keep: () => paper.keep(stateNow()), enter: paper.enter };
}

/** Keeps the page of calls from paper; browsers allow it on https and on the machine itself. */
async function keepPage(hall) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  try {
    await serviceWorker.register("/console/worker.js", { scope: "/console" });
    const { active } = await serviceWorker.ready;
    active?.postMessage({ page: `/console/papier?hall=${encodeURIComponent(hall)}` });
  } catch (error) {
    console.warn(error);
  }
}
