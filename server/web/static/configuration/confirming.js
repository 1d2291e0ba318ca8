// The second step of an important gesture: its effect is read before it is done; and where another person
// has changed the same meanwhile, whose value counts.

import { element } from "../shared/dom.js";
import { draw } from "../shared/drawing.js";

const SIDES = ["mine", "theirs"];

/**
 * Return `confirm({title, what, yes})`: shows a dialog with what is drawn and resolves to its form when it is
 * confirmed, to null when it is not.
 */
export function createConfirming(dialog) {
  const [form, heading] = ["form", "h2"].map((each) => dialog.querySelector(each));
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close(""));

  return ({ title, what, yes }) =>
    new Promise((resolve) => {
      heading.textContent = title;
      draw(dialog.querySelector("[data-what]"), what);
      dialog.querySelector("[data-yes]").textContent = yes;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? form : null), {
        once: true,
      });
      dialog.showModal();
      heading.focus();
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

/**
 * The nodes for a 409 of a draft: the other person's changes, and a choice for each conflict. `say` takes
 * theirs_all, before, mine, theirs: the page uses its own words for them.
 */
export function conflictNodes({ theirs, conflicts }, say) {
  const nodes = theirs?.length ? [element("p", {}, say("theirs_all")), listOf(theirs)] : [];
  return [...nodes, ...(conflicts ?? []).map((conflict, number) => choiceOf(conflict, number, say))];
}

/** Which side was chosen in a form with these nodes, by the path of each conflict. */
export function chosenIn(form, { conflicts }) {
  return Object.fromEntries(
    (conflicts ?? []).map(({ path }, number) => [path, form.elements[`side-${number}`].value]),
  );
}

function choiceOf({ place, words }, number, say) {
  const radios = SIDES.map((side) =>
    element(
      "label",
      { class: "choice" },
      element("input", { type: "radio", name: `side-${number}`, value: side, required: true }),
      say(side, { value: words[side] }),
    ),
  );
  return element(
    "fieldset",
    { class: "several" },
    element("legend", {}, place),
    element("small", {}, say("before", { value: words.base })),
    ...radios,
  );
}
