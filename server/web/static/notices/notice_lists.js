// Lists in the form of a notice: steps, rows of a table; a sign is chosen by name, its picture next to it.

import { field as labelled, html, nothing } from "../shared/drawing.js";

const FIRST_ICON = "circle-check";

/** The parts of a list to show in the form: at least the fewest it may have, each with its sign. */
export function startedList({ fewest, parts }, typed = []) {
  const first = parts.some(({ as }) => as === "icon") ? { icon: FIRST_ICON } : {};
  const missing = Array.from({ length: Math.max(fewest - typed.length, 0) }, () => ({}));
  return [...typed, ...missing].map((each) => ({ ...first, ...each }));
}

/**
 * The fields of the `count` parts of a list. `icons` names the signs; `field` makes a labelled field,
 * `idOf(path)` its id; `add()` and `remove(at)` change the list.
 */
export function listFields(list, count, { icons, languages, say, field, idOf, add, remove }) {
  const { name, fewest, most, parts } = list;
  const one = name.replace(/s$/, "");
  const words = parts.filter((each) => each.in_languages);
  const rows = Array.from({ length: count }, (_, at) => part(at));
  return html`<fieldset class="words">
    <legend>${say(`notices.${name}`)}</legend>
    ${rows} ${count < most ? button({ add: name }, add, say(`notices.${name}.add`)) : nothing}
  </fieldset>`;

  function part(at) {
    const place = { [one]: at + 1 };
    const signs = parts.filter(({ as }) => as === "icon");
    const texts = languages.flatMap((language) =>
      words.map((each) =>
        field({
          path: `${name}[${at}].${each.name}.${language}`,
          label: say(`notices.${name}.${each.label}`, { language }),
          language,
          most: each.most,
        }),
      ),
    );
    return html`<div class="row" role="group" aria-label=${say(`notices.${name}.${one}`, place)}>
      ${signs.map((each) => iconField(`${name}[${at}].${each.name}`))} ${texts}
      ${count > fewest ? button({}, () => remove(at), say(`notices.${name}.remove`, place)) : nothing}
    </div>`;
  }

  function button({ add: key = /** @type {any} */ (nothing) }, press, label) {
    return html`<button type="button" class="small" data-add-row=${key} @click=${press}>${label}</button>`;
  }

  function iconField(path) {
    const options = icons
      .map((icon) => ({ icon, label: say(`notices.icon.${icon}`) }))
      .sort((first, second) => first.label.localeCompare(second.label))
      .map(({ icon, label }) => html`<option value=${icon}>${label}</option>`);
    return labelled(
      idOf(path),
      say("notices.icon"),
      html`<span class="step-choice"
        ><select id=${idOf(path)} data-path=${path} @change=${({ target }) => show(target)}>
          ${options}</select><img class="step-icon" src="data:," alt=""
      /></span>`,
    );
  }
}

/** Shows the picture of each chosen sign, once the fields are filled. */
export function showListIcons(box) {
  for (const select of box.querySelectorAll(".step-choice select")) show(select);
}

function show(select) {
  select.nextElementSibling.src = `/assets/icons/${select.value}.svg`;
}
