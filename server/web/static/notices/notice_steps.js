// The steps of a notice: each with a sign chosen by its name, the picture next to it, and a sentence.

import { element } from "../shared/dom.js";

export const FEWEST_STEPS = 2;
const MOST_STEPS = 6;
const LONGEST = 120; // characters of a sentence
const FIRST_ICON = "circle-check";

/** The steps to show in the form: at least two, each with a sign. */
export function startedSteps(steps = []) {
  const missing = Array.from({ length: FEWEST_STEPS - steps.length }, () => ({}));
  return [...steps, ...missing].map((each) => ({ icon: FIRST_ICON, ...each }));
}

/**
 * The fields of `count` steps at the path `name`. `icons` names the signs; `field` makes a labelled
 * field, `idOf(path)` its id.
 */
export function stepsFields(name, count, { icons, languages, say, field, idOf }) {
  const made = element("fieldset", { class: "words" }, element("legend", {}, say("notices.steps")));
  for (let at = 0; at < count; at += 1) made.append(step(at));
  if (count < MOST_STEPS)
    made.append(
      element("button", { type: "button", class: "small", "data-add-row": name }, say("notices.steps.add")),
    );
  return made;

  function step(at) {
    const sentences = languages.map((language) =>
      field({
        path: `${name}[${at}].sentences.${language}`,
        label: say("notices.steps.sentence", { language }),
        language,
        attributes: { maxlength: LONGEST },
      }),
    );
    const remove =
      count > FEWEST_STEPS
        ? element(
            "button",
            { type: "button", class: "small", "data-list": name, "data-remove-row": String(at) },
            say("notices.steps.remove", { step: at + 1 }),
          )
        : null;
    return element(
      "div",
      { class: "row", role: "group", "aria-label": say("notices.steps.step", { step: at + 1 }) },
      iconField(`${name}[${at}].icon`),
      ...sentences,
      remove,
    );
  }

  function iconField(path) {
    const id = idOf(path);
    const options = icons
      .map((icon) => ({ icon, label: say(`notices.icon.${icon}`) }))
      .sort((one, other) => one.label.localeCompare(other.label))
      .map(({ icon, label }) => element("option", { value: icon }, label));
    const select = element("select", { id, "data-path": path }, ...options);
    const picture = element("img", { class: "step-icon", src: "data:,", alt: "" });
    select.addEventListener("change", () => show(select, picture));
    return element(
      "div",
      { class: "field" },
      element("label", { for: id }, say("notices.icon")),
      element("span", { class: "step-choice" }, select, picture),
    );
  }
}

/** Shows the picture of each chosen sign, once the fields are filled. */
export function showStepIcons(box) {
  for (const picture of box.querySelectorAll(".step-icon")) show(picture.previousElementSibling, picture);
}

function show(select, picture) {
  picture.src = `/assets/icons/${select.value}.svg`;
}
