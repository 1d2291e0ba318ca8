// What the console writes of the last gesture: what came of it, or why it was refused.

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

  /** Says why a gesture was refused; an empty text takes the line away. */
  function refuse(text) {
    write("refused", text);
    show(REFUSALS, text !== "");
    if (text)
      [...document.querySelectorAll(REFUSALS)]
        .find((place) => place.checkVisibility())
        ?.scrollIntoView({ block: "nearest" });
  }

  return { tell, refuse, hideRefusal: () => show(REFUSALS, false), legHere: () => legHere };
}
