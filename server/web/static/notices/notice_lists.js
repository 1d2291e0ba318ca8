// Lists in the form of a notice: steps, rows of a table; a sign is chosen by name, its picture next to it.

import { element } from "../shared/dom.js";

const FIRST_ICON = "circle-check";

/** The parts of a list to show in the form: at least the fewest it may have, each with its sign. */
export function startedList({ fewest, parts }, typed = []) {
  const first = parts.some(({ as }) => as === "icon") ? { icon: FIRST_ICON } : {};
  const missing = Array.from({ length: Math.max(fewest - typed.length, 0) }, () => ({}));
  return [...typed, ...missing].map((each) => ({ ...first, ...each }));
}

/**
 * The fields of the `count` parts of a list. `icons` names the signs; `field` makes a labelled field,
 * `idOf(path)` its id.
 */
export function listFields({ name, fewest, most, parts }, count, { icons, languages, say, field, idOf }) {
  const one = name.replace(/s$/, "");
  const made = element("fieldset", { class: "words" }, element("legend", {}, say(`notices.${name}`)));
  for (let at = 0; at < count; at += 1) made.append(part(at));
  if (count < most) {
    const add = { type: "button", class: "small", "data-add-row": name };
    made.append(element("button", add, say(`notices.${name}.add`)));
  }
  return made;

  function part(at) {
    const place = { [one]: at + 1 };
    const remove = { type: "button", class: "small", "data-list": name, "data-remove-row": String(at) };
    const words = parts.filter((each) => each.in_languages);
    return element(
      "div",
      { class: "row", role: "group", "aria-label": say(`notices.${name}.${one}`, place) },
      ...parts.filter(({ as }) => as === "icon").map((each) => iconField(`${name}[${at}].${each.name}`)),
      ...languages.flatMap((language) =>
        words.map((each) =>
          field({
            path: `${name}[${at}].${each.name}.${language}`,
            label: say(`notices.${name}.${each.label}`, { language }),
            language,
            attributes: { maxlength: each.most },
          }),
        ),
      ),
      count > fewest ? element("button", remove, say(`notices.${name}.remove`, place)) : null,
    );
  }

  function iconField(path) {
    const id = idOf(path);
    const options = icons
      .map((icon) => ({ icon, label: say(`notices.icon.${icon}`) }))
      .sort((first, second) => first.label.localeCompare(second.label))
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
export function showListIcons(box) {
  for (const picture of box.querySelectorAll(".step-icon")) show(picture.previousElementSibling, picture);
}

function show(select, picture) {
  picture.src = `/assets/icons/${select.value}.svg`;
}
