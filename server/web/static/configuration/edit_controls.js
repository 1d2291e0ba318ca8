// What the fields of the editing pages share: a control under its label, several under a legend, small
// gestures.

import { element } from "../shared/dom.js";

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
  const key = keys.find(form.say.knows);
  return key ? form.say(key) : (String(value).split("/").at(-1) ?? "").replaceAll("_", " ");
}

/**
 * One control under its label, with its hint and room for its problems.
 *
 * @param {any} field as the document's description has it
 * @param {string} path
 * @param {any} form
 * @param {HTMLElement} control
 * @param {Node | null} [unit]
 */
export function place(field, path, form, control, unit = null) {
  const hint = hintOf(field, path, form);
  if (hint) control.setAttribute("aria-describedby", hint.id);
  control.id = controlId(path);
  control.dataset.path = path;
  const row = unit ? element("div", { class: "with-unit" }, control, unit) : control;
  return element(
    "div",
    { class: "field", "data-place": path },
    element("label", { for: control.id }, labelOf(field, form)),
    hint,
    row,
    problems(),
  );
}

/** Several controls under one legend. */
export function group(field, path, form, ...controls) {
  const hint = hintOf(field, path, form);
  const attributes = {
    class: "several",
    "data-place": path,
    id: controlId(path),
    tabindex: "-1",
    "aria-describedby": hint?.id,
  };
  return element(
    "fieldset",
    attributes,
    element("legend", {}, labelOf(field, form)),
    hint,
    ...controls,
    problems(),
  );
}

/** The hint of a field. */
export function hintOf(field, path, form) {
  const key = `editing.help.${field.label}`;
  return form.say.knows(key) ? element("small", { id: `${controlId(path)}-hint` }, form.say(key)) : null;
}

/** Room for problems. */
export const problems = () => element("div", { class: "problems" });

/** A list to choose one of: [value, words] pairs. */
export function select(options, value, chosen) {
  const made = element(
    "select",
    {},
    ...options.map(([each, words]) => element("option", { value: each, selected: each === value }, words)),
  );
  made.addEventListener("change", () => chosen(made.value));
  return made;
}

/** A small button. */
/**
 * A small button.
 *
 * @param {string} words
 * @param {() => unknown} pressed
 * @param {string | null} [label] what it is called where its words say too little
 */
export function small(words, pressed, label = null) {
  const made = element("button", { type: "button", class: "small", "aria-label": label }, words);
  made.addEventListener("click", pressed);
  return made;
}

/** A name to type and a button: a new item has its name, and so its id, from the start. */
export function namedAdder(field, path, form, add) {
  const name = element("input", {
    type: "text",
    id: `${controlId(path)}-add`,
    maxlength: 80,
    autocomplete: "off",
  });
  const made = small(form.say(`editing.add.${field.label}`), () =>
    name.value.trim() ? add(name.value.trim()) : name.focus(),
  );
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    made.click();
  });
  const label = element("label", { for: name.id }, form.say(`editing.new.${field.label}`));
  return element("div", { class: "field adder" }, label, element("div", { class: "with-unit" }, name, made));
}
