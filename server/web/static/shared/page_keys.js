// Keys of a page of work: `?` shows each with a sentence, from the very table that the keys work from.

import { element, isField } from "./dom.js";
import { draw, html } from "./drawing.js";
import { keyOf } from "./keys.js";

export const DIGITS = "1–9";

/**
 * The keys of a page that are pressed on their own: `acts` by key, `DIGITS` with the digit. They work outside
 * fields while `isOn()`; `name` begins their sentences.
 *
 * @param {object} page
 * @param {(key: string) => string} page.say
 * @param {string} page.name
 * @param {Record<string, (digit: number) => unknown>} page.acts
 * @param {() => boolean} page.isOn
 */
export function listenToPageKeys({ say, name, acts, isOn }) {
  document.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (key === null || isField(event.target) || !isOn()) return;
    const digit = /^[1-9]$/.test(key) ? Number(key) : 0;
    const act = acts[digit ? DIGITS : key];
    if (!act) return;
    if (!digit) event.preventDefault();
    act(digit);
  });
  return () =>
    isOn()
      ? Object.keys(acts).map((key) => [
          key,
          say(`${name}.keys.${key === DIGITS ? "digit" : key.toLowerCase()}`),
        ])
      : [];
}

/** `?` shows the keys of a page: `rows()` gives [key, sentence] as they are at that moment. */
export function tellKeys(say, rows) {
  const dialog = element("dialog", { class: "keys-help", "aria-labelledby": "keys-help-title" });
  document.body.append(dialog);

  function open() {
    const lines = [
      ...rows(),
      ["?", say("server.keys.help")],
      [say("server.keys.escape"), say("server.keys.leave")],
    ];
    draw(
      dialog,
      html`<h2 id="keys-help-title">${say("server.keys.title")}</h2>
        <dl>${lines.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
        <form method="dialog"><button class="primary">${say("server.keys.close")}</button></form>`,
    );
    dialog.showModal();
  }

  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // no gesture from below
  document.addEventListener("keydown", (event) => {
    if (keyOf(event) !== "?" || isField(event.target) || rows().some(([key]) => key === "?")) return;
    event.preventDefault();
    open();
  });
  for (const button of document.querySelectorAll("[data-keys-help]")) button.addEventListener("click", open);
}

/** The actions of a console or a desk with their keys as chosen, without those that are turned off. */
export const actionRows = (say, { keys, hasSingleLetters }, actions = Object.keys(keys)) =>
  actions
    .filter((action) => keys[action].length > 1 || hasSingleLetters)
    .map((action) => [keys[action], say(`console.keys.action.${action}`)])
    .toSorted(([one], [other]) => one.localeCompare(other));
