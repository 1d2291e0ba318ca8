// Keys of one letter or digit at the reception desk, and the box that turns them off on this computer.

import { isField, one } from "../shared/dom.js";
import { KEYS_STORED_AT, keyOf, storedKeys } from "../shared/keys.js";

const DIGIT_WITHIN_MS = 400;
const LEADS_TO_A_FIELD = ["F", "G", "M"]; // what is typed next goes there

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

/**
 * A letter and a digit outside fields begin a number: `begin(text)`. A letter alone does what its key does,
 * once no digit has followed. `isOn()`: whether keys of one letter work.
 */
export function listenToNumbers({ isOn, begin }) {
  let letter = null;
  let later = null;
  let isReplay = false;

  function actAlone() {
    const key = letter;
    clearTimeout(later);
    letter = null;
    isReplay = true;
    document.dispatchEvent(new KeyboardEvent("keydown", { key }));
    isReplay = false;
  }

  function take(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const key = keyOf(event);
      if (isReplay || key === null || key === "SHIFT") return;
      if (letter !== null && /^[0-9]$/.test(key)) {
        clearTimeout(later);
        begin(letter + key);
        letter = null;
        return take(event);
      }
      if (letter !== null) actAlone();
      const isElsewhere = isField(event.target) || isField(document.activeElement);
      if (isElsewhere || document.querySelector("dialog[open]") || !isOn()) return;
      if (!/^[A-Z]$/.test(key) || LEADS_TO_A_FIELD.includes(key)) return;
      letter = key;
      later = setTimeout(actAlone, DIGIT_WITHIN_MS);
      take(event);
    },
    true,
  );
}
