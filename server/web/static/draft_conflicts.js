// Somebody else has saved or published meanwhile: what they changed, and whose value counts where both changed the same.

import { listOf } from "./confirming.js";
import { element } from "./dom.js";

const SIDES = ["mine", "theirs"];

/** The nodes that tell a 409 of a draft: what the other changed, and a choice for each conflict. */
export function conflictNodes({ theirs, conflicts }, say) {
  const told = theirs?.length ? [element("p", {}, say("publishing.conflicts.theirs_all")), listOf(theirs)] : [];
  return [...told, ...(conflicts ?? []).map((conflict, number) => choiceOf(conflict, number, say))];
}

/** Which side was chosen in a form with these nodes, by the path of each conflict. */
export function chosenIn(form, { conflicts }) {
  return Object.fromEntries((conflicts ?? []).map(({ path }, number) => [path, form.elements[`side-${number}`].value]));
}

function choiceOf({ place, words }, number, say) {
  const radios = SIDES.map((side) =>
    element("label", { class: "choice" }, element("input", { type: "radio", name: `side-${number}`, value: side, required: true }), say(`publishing.conflicts.${side}`, { value: words[side] })),
  );
  return element("fieldset", {}, element("legend", {}, place), element("small", {}, say("publishing.conflicts.before", { value: words.base })), ...radios);
}
