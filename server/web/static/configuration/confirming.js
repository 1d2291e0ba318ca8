// The second step of an important gesture: its effect is read before it is done; and where another person
// has changed the same meanwhile, whose value counts.

import { choice, draw, html, nothing } from "../shared/drawing.js";

export const SIDES = ["mine", "theirs"];

/**
 * Return `confirm({title, what, yes})`: shows a dialog with what is drawn and resolves to its form when it is
 * confirmed, to null when it is not.
 */
export function createConfirming(dialog) {
  const [form, heading, place] = ["form", "h2", "[data-what]"].map((each) => dialog.querySelector(each));
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close(""));

  return ({ title, what, yes }) =>
    new Promise((resolve) => {
      heading.textContent = title;
      draw(place, nothing); // no choice of an earlier question stays
      draw(place, what);
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
  const lines = changes.map(({ sentence }) => html`<li>${sentence}</li>`);
  return html`<ul class="told" tabindex=${changes.length > 6 ? "0" : nothing}>${lines}</ul>`;
}

/**
 * What a 409 of a draft asks: the other person's changes, and a choice for each conflict. `say` takes
 * theirs_all, before, mine, theirs: the page uses its own words for them.
 */
export function conflictParts({ theirs, conflicts }, say) {
  return html`${theirs?.length ? html`<p>${say("theirs_all")}</p>` : nothing}${listOf(theirs)}
  ${(conflicts ?? []).map((conflict, number) => choiceOf(conflict, number, say))}`;
}

/** Which side was chosen in a form with these nodes, by the path of each conflict. */
export function chosenIn(form, { conflicts }) {
  return Object.fromEntries(
    (conflicts ?? []).map(({ path }, number) => [path, form.elements[`side-${number}`].value]),
  );
}

function choiceOf({ place, words }, number, say) {
  const side = (name) =>
    choice(
      html`<input type="radio" name=${`side-${number}`} value=${name} required />`,
      say(name, { value: words[name] }),
    );
  return html`<fieldset class="several">
    <legend>${place}</legend>
    <small>${say("before", { value: words.base })}</small>
    ${SIDES.map(side)}
  </fieldset>`;
}
