// Another person has saved or published meanwhile: their changes, and whose value counts where both changed
// the same.

import { listOf } from "../shared/confirming.js";
import { element } from "../shared/dom.js";

const SIDES = ["mine", "theirs"];

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
