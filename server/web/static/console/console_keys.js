// Keys of the console in the page: their marks on buttons, the list where an agent changes them, their
// storage.

import { one, write } from "../shared/dom.js";
import { drawList, html } from "../shared/drawing.js";
import { actionRows, DIGITS, tellKeys } from "../shared/page_keys.js";
import { KEYS_STORED_AT, keyOf, refusedKey, storedKeys } from "../shared/keys.js";

/** The agent's keys on this computer; `say` gives the words, `usual` the key of each action. */
export function createKeys(say, usual) {
  const chosen = storedKeys(localStorage.getItem(KEYS_STORED_AT), usual);
  let awaited = null;
  /** @returns {NodeListOf<HTMLInputElement>} */
  const boxes = () => document.querySelectorAll("[data-single-letters]");

  function keep() {
    localStorage.setItem(KEYS_STORED_AT, JSON.stringify(chosen));
    mark();
  }

  function mark() {
    for (const place of document.querySelectorAll("[data-key]")) {
      const key = chosen.keys[place.dataset.key ?? ""] ?? "";
      const isOff = key.length === 1 && !chosen.hasSingleLetters;
      place.textContent = isOff ? "" : key;
      const button = place.closest("button, a");
      if (button && key && !isOff) button.setAttribute("aria-keyshortcuts", key);
      else button?.removeAttribute("aria-keyshortcuts");
    }
    for (const box of boxes()) box.checked = chosen.hasSingleLetters;
  }

  function listen(action) {
    awaited = action;
    drawList("keys", Object.keys(usual).map(row));
  }

  function draw() {
    listen(null);
    mark();
  }

  function row(action) {
    const name = say(`console.keys.action.${action}`);
    const label = say("console.keys.change_one", { action: name });
    return html`<li>
      <span>${name}</span><kbd data-key=${action}></kbd>
      <button type="button" class="quiet" aria-label=${label} @click=${() => listen(action)}
        ><span>${say(awaited === action ? "console.keys.press" : "console.keys.change")}</span></button>
    </li>`;
  }

  /** Takes the key that a question waits for; returns whether it was one. */
  function take(event) {
    if (!awaited) return false;
    const key = keyOf(event);
    if (key === null || key === "TAB") return false;
    event.preventDefault();
    const action = awaited;
    listen(null);
    const refused = key === "ESCAPE" ? null : refusedKey(key, action, chosen.keys);
    const place = one("[data-key-refused]");
    place.hidden = refused === null;
    if (refused)
      write(
        "key-refused",
        say(`console.keys.refused.${refused.reason}`, {
          key,
          action: refused.by ? say(`console.keys.action.${refused.by}`) : "",
        }),
      );
    else if (key !== "ESCAPE") chosen.keys[action] = key;
    keep();
    return true;
  }

  for (const box of boxes())
    box.addEventListener("change", () => {
      chosen.hasSingleLetters = box.checked;
      keep();
    });
  mark();
  tellKeys(say, () => [...actionRows(say, chosen), [DIGITS, say("console.keys.digit")]]);
  return {
    chosen,
    draw,
    take,
    reset() {
      chosen.keys = { ...usual };
      keep();
      draw();
    },
  };
}
