// A question in the place of a button, before an important gesture: asked once, answered by a button.

import { element } from "./dom.js";
import { draw, html } from "./drawing.js";

/**
 * Shows a question in place of a button. The answer that changes nothing stands where the button was, so that
 * a second press is harmless.
 *
 * `texts` are read before the answers; `go()` is called for yes. `answers`: several ways to say yes, each
 * {label, go}. The button comes back in any case.
 *
 * @param {HTMLElement} button
 * @param {object} question
 * @param {string[]} question.texts
 * @param {string} question.no
 * @param {string} [question.yes]
 * @param {() => unknown} [question.go]
 * @param {{ label: string, go: () => unknown }[]} [question.answers]
 */
export function askOnce(button, { texts, no, yes = "", go = () => {}, answers = [{ label: yes, go }] }) {
  const group = element("div", {
    class: "ask",
    role: "group",
    tabindex: "-1",
    "aria-label": texts.join(" "),
  });
  const end = () => {
    group.remove();
    button.hidden = false;
    button.focus();
  };
  const answered = (go) => () => {
    end();
    go();
  };
  const choice = ({ label, go }) =>
    html`<button type="button" class="small sure" @click=${answered(go)}>${label}</button>`;
  draw(
    group,
    html`<button type="button" class="small" @click=${end}>${no}</button>${answers.map(choice)}${texts.map(
      (text) => html`<p>${text}</p>`,
    )}`,
  );
  group.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      end();
    }
  });
  button.hidden = true;
  button.after(group);
  group.focus();
  return group;
}
