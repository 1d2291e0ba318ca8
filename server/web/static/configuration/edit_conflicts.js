// Another person has saved, published or discarded meanwhile: their changes are shown, and a choice for each
// conflict.

import { element } from "../shared/dom.js";
import { chosenIn, conflictNodes, listOf } from "./confirming.js";

const SIDES = ["mine", "theirs"];

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
    const nodes = [
      discarded ? listOf(problem.mine) : null,
      ...conflictNodes(problem, (key, values) => say(`editing.conflicts.${key}`, values)),
    ];
    const done = element("button", { type: "submit", class: "primary" }, words("join"));
    const form = element(
      "form",
      {},
      ...nodes,
      element(
        "div",
        { class: "gestures" },
        done,
        discarded ? leaving() : null,
        ...(conflicts?.length ? all() : []),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      join(problem, chosenIn(form, problem));
    });
    box.replaceChildren(
      element(
        "h2",
        { id: "conflicts-title" },
        words("title", { name: problem.author ?? say("editing.conflicts.somebody") }),
      ),
      element("p", {}, words("what")),
      form,
    );
    box.hidden = false;
    box.focus();
    return undefined;

    function all() {
      return SIDES.map((side) =>
        small(say(`editing.conflicts.all_${side}`), () =>
          form
            .querySelectorAll(`[value="${side}"]`)
            .forEach((/** @type {any} */ radio) => (radio.checked = true)),
        ),
      );
    }
  }

  function leaving() {
    return small(say("editing.discarded.leave"), () => {
      close();
      left();
    });
  }

  function small(words, pressed) {
    const made = element("button", { type: "button", class: "small" }, words);
    made.addEventListener("click", pressed);
    return made;
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
