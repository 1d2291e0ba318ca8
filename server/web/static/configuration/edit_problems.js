// The problems of the draft: a list of links at the top, and each sentence at its field.

import { element, one } from "../shared/dom.js";
import { draw, html, repeat } from "../shared/drawing.js";
import { isWithin, viewOf } from "./edit_content.js";
import { controlId } from "./edit_controls.js";
import { mark, unmark } from "../shared/field_problems.js";

/** Fills a list at the top; `title` gives the number of its problems. The focused link keeps the focus. */
export function listProblems(box, found, form, title) {
  box.hidden = !found.length;
  const summary = one("summary", box);
  summary.textContent = form.say(title, { count: found.length });
  const list = one("ol", box);
  const hadFocus = list.contains(document.activeElement);
  const line = ({ path, place, sentence }) => {
    const { section, list: within, id } = viewOf(form.described, form.content(), path);
    const go = (event) => {
      event.preventDefault();
      form.open(section, within, id, path);
    };
    return html`<li>
      <a href=${form.address(section, within, id)} @click=${go}><b>${place}</b> – ${sentence}</a>
    </li>`;
  };
  const before = ({ path }, at) => found.slice(0, at).filter((each) => each.path === path).length;
  draw(
    list,
    repeat(found, (problem, at) => `${problem.path} ${before(problem, at)}`, line),
  );
  if (hadFocus && !list.contains(document.activeElement)) summary.focus();
}

/** How many problems each section has. */
export function countsOf(found, form) {
  const counts = {};
  for (const { path } of found) {
    const { section } = viewOf(form.described, form.content(), path);
    counts[section] = (counts[section] ?? 0) + 1;
  }
  return counts;
}

/** Writes each sentence at the place nearest to its path that the view shows. */
export function markProblems(view, found) {
  for (const slot of view.querySelectorAll(".problems")) slot.replaceChildren();
  unmark(view);
  const places = [...view.querySelectorAll("[data-place]")];
  found.forEach((problem, number) => {
    const nearest = places
      .filter((each) => isWithin(problem.path, each.dataset.place))
      .sort((one, other) => other.dataset.place.length - one.dataset.place.length)[0];
    const slot = nearest && [...nearest.querySelectorAll(".problems")].at(-1);
    if (!slot) return;
    const line = element("p", { class: "problem", id: `problem-${number}` }, problem.sentence);
    slot.append(line);
    if (slot.closest("details")) slot.closest("details").open = true;
    const control = controlOf(nearest, problem.path);
    if (control) mark(control, line.id);
  });
}

/** The element to go to for a path: its control, or the nearest place above it. */
export function targetOf(view, path) {
  const control = view.querySelector(`#${CSS.escape(controlId(path))}`);
  if (control) return control;
  const nearest = [...view.querySelectorAll("[data-place]")]
    .filter((each) => isWithin(path, each.dataset.place))
    .at(-1);
  return nearest?.querySelector("input, select, textarea, button") ?? nearest ?? null;
}

function controlOf(place, path) {
  const controls = [...place.querySelectorAll("[data-path]")];
  return (
    controls.find((each) => each.dataset.path === path) ??
    controls.find((each) => isWithin(path, each.dataset.path) || isWithin(each.dataset.path, path))
  );
}
