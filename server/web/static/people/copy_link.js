// Copies the link of an invitation; without a clipboard the button stays hidden and the text is selected by
// hand.

import { one, show } from "../shared/dom.js";

/** @type {HTMLInputElement} */
const link = one("[data-link]");

link.addEventListener("focus", () => link.select());
if (navigator.clipboard) {
  show("[data-copy]", true);
  one("[data-copy]").addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    show("[data-copied]", true);
  });
}
