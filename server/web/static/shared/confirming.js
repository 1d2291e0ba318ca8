// The second step of an important gesture: its effect is read before it is done.

import { element } from "./dom.js";

/**
 * Return `confirm({title, what, yes})`: shows a dialog with nodes and resolves to its form when it is
 * confirmed, to null when it is not.
 */
export function createConfirming(dialog) {
  const form = dialog.querySelector("form");
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close(""));

  return ({ title, what, yes }) =>
    new Promise((resolve) => {
      dialog.querySelector("h2").textContent = title;
      dialog.querySelector("[data-what]").replaceChildren(...what);
      dialog.querySelector("[data-yes]").textContent = yes;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? form : null), {
        once: true,
      });
      dialog.showModal();
      dialog.querySelector("h2").focus();
    });
}

/** The sentences of changes as a list; null for none. */
export function listOf(changes) {
  if (!changes?.length) return null;
  return element(
    "ul",
    { class: "told", tabindex: changes.length > 6 ? "0" : null },
    ...changes.map(({ sentence }) => element("li", {}, sentence)),
  );
}
