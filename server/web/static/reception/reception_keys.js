// Keys of one letter or digit at the reception desk, and the box that turns them off on this computer.

import { one } from "../shared/dom.js";
import { KEYS_STORED_AT, storedKeys } from "../shared/keys.js";

/**
 * The keys `chosen` on this computer, of the `usual` ones; `mark()` names them where `data-shortcut` says
 * which.
 */
export function createSingleKeys(usual) {
  const chosen = storedKeys(localStorage.getItem(KEYS_STORED_AT), usual);
  /** @type {HTMLInputElement} */
  const box = one("[data-single-letters]");

  function mark() {
    box.checked = chosen.hasSingleLetters;
    document.body.classList.toggle("without-single-keys", !chosen.hasSingleLetters);
    for (const place of document.querySelectorAll("[data-shortcut]"))
      if (chosen.hasSingleLetters) place.setAttribute("aria-keyshortcuts", place.dataset.shortcut ?? "");
      else place.removeAttribute("aria-keyshortcuts");
  }

  box.addEventListener("change", () => {
    chosen.hasSingleLetters = box.checked;
    localStorage.setItem(KEYS_STORED_AT, JSON.stringify(chosen));
    mark();
  });
  mark();
  return { chosen, mark };
}
