// Copies the link of an invitation; without a clipboard the button stays hidden and the text is selected by
// hand. Where the browser forbids the clipboard, a press selects the text.

import { one, show } from "../shared/dom.js";

/** @type {HTMLInputElement} */
const link = one("[data-link]");

link.addEventListener("focus", () => link.select());
if (navigator.clipboard) {
  show("[data-copy]", true);
  one("[data-copy]").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.value);
      show("[data-copied]", true);
    } catch {
      link.focus(); // the browser forbids it: selected, the link is copied by hand
    }
  });
}
