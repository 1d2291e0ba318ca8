// Another person has saved, published or discarded meanwhile: their changes are shown, and a choice for each
// conflict.

import { chosenIn, conflictParts, listOf, SIDES } from "./confirming.js";
import { small } from "./edit_controls.js";
import { draw, html, nothing } from "../shared/drawing.js";

/**
 * `ask(problem)` takes the 409 of a save. `put(body)` saves as a draft does; `joined(told)` is called once
 * both are merged and saved, `left()` when the person gives up changes to a discarded draft.
 */
export function createConflicts({ box, view, say, put, draft, joined, left }) {
  return { ask };

  /** Both are merged at once where there is no conflict, else after a choice for each place. */
  function ask(problem) {
    view.inert = true;
    const { discarded, conflicts } = problem;
    if (!discarded && !conflicts?.length) return join(problem, {});
    const words = (key, values) =>
      say(discarded ? `editing.discarded.${key}` : `editing.conflicts.${key}`, values);
    const submit = (event) => {
      event.preventDefault();
      return join(problem, chosenIn(event.currentTarget, problem));
    };
    const all = (side) => {
      const choose = () => {
        for (const radio of box.querySelectorAll(`[value="${side}"]`)) radio.checked = true;
      };
      return small(say(`editing.conflicts.all_${side}`), choose);
    };
    const leave = () => {
      close();
      left();
    };
    draw(box, nothing); // no choice of an earlier question stays
    draw(
      box,
      html`<h2 id="conflicts-title">
          ${words("title", { name: problem.author ?? say("editing.conflicts.somebody") })}
        </h2>
        <p>${words("what")}</p>
        <form @submit=${submit}>
          ${discarded ? listOf(problem.mine) : nothing}
          ${conflictParts(problem, (key, values) => say(`editing.conflicts.${key}`, values))}
          <div class="gestures">
            <button class="primary">${words("join")}</button>
            ${discarded ? small(say("editing.discarded.leave"), leave) : nothing}
            ${conflicts?.length ? SIDES.map(all) : nothing}
          </div>
        </form>`,
    );
    box.hidden = false;
    box.focus();
    return undefined;
  }

  async function join(problem, choices) {
    const answer = await put({
      ...draft.base,
      content: draft.content,
      joining: { onto: problem.onto, choices },
    });
    if (answer.status === 409) return ask(answer.problem);
    close();
    return answer.ok ? joined(problem) : draft.resume(answer.problem?.detail);
  }

  function close() {
    box.hidden = true;
    view.inert = false;
  }
}
