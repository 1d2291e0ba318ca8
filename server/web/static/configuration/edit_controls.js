// What the fields of the editing pages share: a control under its label, several under a legend, small
// gestures. What is typed is compared with what a control holds: nothing under a hand is written again.

import { byId } from "../shared/dom.js";
import { html, live, nothing } from "../shared/drawing.js";

/** The id of the control at a path. */
export const controlId = (path) => `at-${path.replace(/[^a-z0-9]+/gi, "-")}`;

/** The label of a field, the same wherever documents are described. */
export function labelOf(field, form) {
  const own = `editing.field.${field.label}`;
  return form.say(form.say.knows(own) ? own : `document_words.field.${field.name}`);
}

/** The label of a value of a closed list. */
export function choiceName(field, value, form) {
  const keys = [
    `document_words.choice.${field.name}.${value}`,
    `editing.choice.${field.name}.${String(value).toLowerCase().replaceAll("-", "_")}`,
  ];
  if (field.as === "language") return form.languageName(value);
  const key = keys.find(form.say.knows);
  return key ? form.say(key) : (String(value).split("/").at(-1) ?? "").replaceAll("_", " ");
}

const hintKey = (field, { say }) => [`editing.help.${field.label}`].find(say.knows);

/** The id of a field's hint, for what it describes. */
export const hintId = (field, path, form) => (hintKey(field, form) ? `${controlId(path)}-hint` : nothing);

/** The hint of a field. */
export function hintOf(field, path, form) {
  const key = hintKey(field, form);
  return key ? html`<small id=${hintId(field, path, form)}>${form.say(key)}</small>` : nothing;
}

/** Room for problems. */
export const problems = html`<div class="problems"></div>`;

/** One control under its label, with its hint and room for its problems. */
export function place(field, path, form, control) {
  return html`<div class="field" data-place=${path}>
    <label for=${controlId(path)}>${labelOf(field, form)}</label>
    ${hintOf(field, path, form)} ${control} ${problems}
  </div>`;
}

/** Several controls under one legend; `more` of a field: its own legend, and what follows its problems. */
export function group(field, path, form, ...controls) {
  return html`<fieldset class="several" data-place=${path} id=${controlId(path)} tabindex="-1"
    aria-describedby=${hintId(field, path, form)}>
    <legend>${field.more?.legend ?? labelOf(field, form)}</legend>
    ${hintOf(field, path, form)} ${controls} ${problems} ${field.more?.end ?? nothing}
  </fieldset>`;
}

/** What one types at a path; `changed` gets it as text. */
export function input(path, { type = "text", value, changed, ...more }) {
  const isNumber = type === "number";
  return html`<input type=${type} id=${controlId(path)} data-path=${path}
    class=${isNumber ? "short" : nothing} autocomplete="off" maxlength=${more.most ?? nothing}
    min=${more.min ?? nothing} max=${more.max ?? nothing} step=${more.step ?? nothing}
    inputmode=${more.inputmode ?? nothing} lang=${more.lang ?? nothing} dir=${more.lang ? "auto" : nothing}
    aria-describedby=${more.hint ?? nothing} .value=${live(String(value ?? ""))}
    @input=${({ target }) => changed(target.value)} />`;
}

/** A box or one of several buttons to tick at a path; `changed` hears whether it is ticked. */
export const tick = (type, path, isTicked, changed, more = /** @type {any} */ ({})) =>
  html`<input type=${type} name=${type === "radio" ? path : nothing} data-path=${path}
    id=${more.id ?? nothing} aria-label=${more.label ?? nothing} aria-describedby=${more.hint ?? nothing}
    ?disabled=${more.isFixed} .checked=${live(isTicked)} @change=${({ target }) => changed(target.checked)} />`;

/** A box to tick beside its label; `inside` it is what holds then. */
export function box(field, path, form, { isTicked, changed, inside = /** @type {any} */ (nothing) }) {
  const more = { id: controlId(path), hint: hintId(field, path, form) };
  return html`<div class="field flag" data-place=${path}>
    <label class="choice">${tick("checkbox", path, isTicked, changed, more)}${labelOf(field, form)}</label>
    ${hintOf(field, path, form)} ${inside} ${problems}
  </div>`;
}

/** A list to choose one of, [value, words] pairs, under its label. */
export function choose(field, path, form, { options, value, chosen }) {
  return place(
    field,
    path,
    form,
    html`<select id=${controlId(path)} data-path=${path} aria-describedby=${hintId(field, path, form)}
      @change=${({ target }) => chosen(target.value)}>
      ${optionsOf(options, value)}
    </select>`,
  );
}

/** What a list offers; the one with `value` is chosen. */
export const optionsOf = (options, value) =>
  options.map(
    ([each, words]) => html`<option value=${each} .selected=${live(each === value)}>${words}</option>`,
  );

/**
 * A small button.
 *
 * @param {unknown} words
 * @param {() => unknown} pressed
 * @param {{ label?: any, id?: any, isDisabled?: boolean }} [more] label: where its words say too little
 */
export function small(words, pressed, { label = nothing, id = nothing, isDisabled = false } = {}) {
  return html`<button type="button" class="small" id=${id} aria-label=${label} ?disabled=${isDisabled}
    @click=${pressed}>
    ${words}
  </button>`;
}

/** A small button whose label says of what it is, too. */
export const smallOf = (form, key, name, pressed, more = {}) =>
  small(form.say(key), pressed, { label: `${form.say(key)}, ${name}`, ...more });

/** A name to type and a button: a new item has its name, and so its id, from the start. */
export function namedAdder(field, path, form, add) {
  const id = `${controlId(path)}-add`;
  const create = () => {
    /** @type {HTMLInputElement} */
    const input = byId(id);
    const name = input.value.trim();
    if (!name) return input.focus();
    input.value = "";
    return add(name);
  };
  const entered = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    create();
  };
  return html`<div class="field adder">
    <label for=${id}>${form.say(`editing.new.${field.label}`)}</label>
    <div class="with-unit">
      <input type="text" id=${id} maxlength="80" autocomplete="off" @keydown=${entered} />
      ${small(form.say(`editing.add.${field.label}`), create)}
    </div>
  </div>`;
}
