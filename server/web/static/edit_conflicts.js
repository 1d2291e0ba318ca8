// Somebody else has saved or published meanwhile: what they changed is told, and who wins where both changed.

import { element } from "./dom.js";
import { chosenIn, conflictNodes } from "./draft_conflicts.js";
import { csrfHeader, send } from "./verbs.js";

const SIDES = ["mine", "theirs"];

/** `ask(problem)` takes the 409 of a save; `joined(told)` is called once both are saved as one. */
export function createConflicts({ box, view, say, api, draft, joined, failed }) {
  return { ask };

  /** Where nobody touched what the other did, both are joined at once; else a choice for each place. */
  function ask(problem) {
    view.inert = true;
    if (!problem.conflicts?.length) return join(problem, {});
    const done = element("button", { type: "submit", class: "primary" }, say("editing.conflicts.join"));
    const told = conflictNodes(problem, (key, values) => say(`editing.conflicts.${key}`, values));
    const form = element("form", {}, ...told, element("div", { class: "gestures" }, done, ...all()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      join(problem, chosenIn(form, problem));
    });
    box.replaceChildren(
      element("h2", { id: "conflicts-title" }, say("editing.conflicts.title", { name: problem.author ?? say("editing.conflicts.somebody") })),
      element("p", {}, say("editing.conflicts.what")),
      form,
    );
    box.hidden = false;
    box.focus();
    return undefined;

    function all() {
      return SIDES.map((side) => {
        const made = element("button", { type: "button", class: "small" }, say(`editing.conflicts.all_${side}`));
        made.addEventListener("click", () => form.querySelectorAll(`[value="${side}"]`).forEach((radio) => (radio.checked = true)));
        return made;
      });
    }
  }

  async function join(problem, choices) {
    const body = { ...draft.base, content: draft.content, joining: { onto: problem.onto, choices } };
    const answer = await send({ method: "PUT", path: `${api}/draft`, body, headers: csrfHeader() });
    if (answer.status === 409) return ask(answer.problem);
    box.hidden = true;
    view.inert = false;
    return answer.ok ? joined(problem) : failed(answer.problem?.detail);
  }
}
