// What the console writes of the last gesture: what came of it, or why it was refused.

import { isWaiting } from "./console_state.js";
import { show, write } from "../shared/dom.js";

// at the buttons, and at the counter to open
const REFUSALS = "[data-refused], [data-refused-opening]";

/** The two lines of a page. */
export function createLines() {
  /** @type {Api.Leg | null} */
  let legHere = null; // the leg that the outcome line says is called, or at the counter

  /**
   * Shows the outcome of a gesture; `leg` is the present one in the sentence: once that is over the sentence
   * disappears.
   *
   * @param {string} text
   * @param {Api.Leg | null} [leg]
   */
  function tell(text, leg) {
    legHere = leg ?? null;
    for (const place of document.querySelectorAll("[data-outcome]")) place.textContent = text;
  }

  /** Takes away a sentence whose leg is no longer here, or says that it waits again. */
  function follow({ counter, queue }, say) {
    if (!legHere || counter?.leg?.leg === legHere.leg) return;
    tell(isWaiting(queue, legHere.leg) ? say("console.outcome.given_back", { number: legHere.number }) : "");
  }

  /** Says why a gesture was refused; an empty text takes the line away. */
  function refuse(text) {
    write("refused", text);
    show(REFUSALS, text !== "");
    if (text)
      [...document.querySelectorAll(REFUSALS)]
        .find((place) => place.checkVisibility())
        ?.scrollIntoView({ block: "nearest" });
  }

  return { tell, refuse, follow, hideRefusal: () => show(REFUSALS, false) };
}
