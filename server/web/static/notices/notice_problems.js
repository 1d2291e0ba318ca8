// What is wrong with a notice, each sentence at its field.

import { element } from "../shared/dom.js";
import { mark, unmark } from "../shared/field_problems.js";

/** Shows problems in the form. */
export function createProblems(form) {
  return { showProblems, clearProblems };

  /** Shows each problem at its field; returns the sentences whose field is not here. */
  function showProblems(problems) {
    clearProblems();
    const left = [];
    for (const { path, detail } of problems) {
      const place = placeOf(path);
      if (!place) left.push(detail);
      else {
        const id = `problem-${form.querySelectorAll(".problem").length}`;
        place.closest(".field, fieldset, .place")?.append(element("p", { class: "problem", id }, detail));
        mark(place, id);
      }
    }
    form.querySelector('[aria-invalid="true"]')?.focus();
    return left;
  }

  /** The field of a path, or the first field below it or above it. */
  function placeOf(path) {
    for (let target = path; target; target = target.replace(/(\.[^.[]+|\[\d+\])$|^[^.[]+$/, "")) {
      const found = [...form.querySelectorAll("[data-path], [data-field]")].find((each) =>
        (each.dataset.path ?? each.dataset.field).startsWith(target),
      );
      if (found) return found.dataset.field ? found.querySelector(".rich, input") : found;
    }
    return null;
  }

  function clearProblems() {
    for (const problem of form.querySelectorAll(".problem")) problem.remove();
    unmark(form);
  }
}
