// What would help a person, as check boxes: for a ticket about to be given, and for a visit that was found.

import { one } from "../shared/dom.js";
import { choice, draw, html } from "../shared/drawing.js";

export const NEEDS = Object.freeze(["step_free", "deaf", "blind", "cannot_read", "slow", "interpreter"]);

/** The boxes, those of `noted` checked. */
export function needBoxes(say, noted) {
  return NEEDS.map((need) => {
    const box = html`<input type="checkbox" name="need" value=${need} ?checked=${noted.includes(need)}>`;
    return choice(box, say(`reception.need.${need}`));
  });
}

/** The needs whose boxes are checked within an element, in the order of the page. */
export function checkedNeeds(within) {
  return [...within.querySelectorAll("[name=need]:checked")].map(({ value }) => value);
}

/** The boxes of the next ticket. Answers {open, checked, clear}: all boxes are clear again after a ticket. */
export function createNextNeeds(say) {
  /** @type {HTMLDetailsElement} */
  const folded = one("[data-next-needs]");
  draw(one("fieldset", folded), needBoxes(say, []));
  /** @returns {NodeListOf<HTMLInputElement>} */
  const boxes = () => folded.querySelectorAll("[name=need]");
  return {
    open() {
      folded.open = true;
      boxes()[0].focus();
    },
    checked: () => checkedNeeds(folded),
    clear() {
      for (const box of boxes()) box.checked = false;
      folded.open = false;
    },
  };
}
