// The fields of a form, one builder for each kind of value; every change goes into the content at once.

import { element } from "../shared/dom.js";
import { others } from "./edit_content.js";
import {
  choiceName,
  controlId,
  group,
  hintOf,
  labelOf,
  place,
  problems,
  select,
  small,
} from "./edit_controls.js";
import { hoursMakers } from "./edit_hours.js";
import { partMakers } from "./edit_parts.js";

const MINUTE_S = 60;
const MOST_RADIOS = 3;

const MAKERS = {
  text,
  texts,
  number,
  flag,
  choice,
  choices,
  date: plain("date"),
  time: plain("time"),
  colour: plain("color"),
  icon,
  languages,
  reference,
  references,
  medium,
  id,
  constant: () => null,
  ...hoursMakers,
  ...partMakers,
};

/** The element of a field at a path. `form` gives content, words and gestures (edit_page.js). */
export function fieldAt(field, path, form) {
  return MAKERS[field.as](field, path, form);
}

function input(type, value, attributes = {}) {
  return Object.assign(element("input", { type, autocomplete: "off", ...attributes }), {
    value: value ?? "",
  });
}

function text(field, path, form) {
  const made = input("text", form.valueAt(path), { maxlength: field.longest });
  made.addEventListener("input", () =>
    form.change(path, made.value === "" && field.is_optional ? null : made.value),
  );
  return place(field, path, form, made);
}

function plain(type) {
  return (field, path, form) => {
    const made = input(type, String(form.valueAt(path) ?? "").slice(0, type === "time" ? 5 : 10));
    made.addEventListener("input", () => form.change(path, made.value || (field.is_optional ? null : "")));
    return place(field, path, form, made);
  };
}

function number(field, path, form) {
  const scale = field.unit === "minutes" ? MINUTE_S : 1;
  const value = form.valueAt(path);
  const attributes = {
    min: Math.ceil(field.least / scale),
    max: Math.floor(field.most / scale),
    step: "any",
    inputmode: "decimal",
    class: "short",
  };
  const made = input("number", value === null || value === undefined ? "" : value / scale, attributes);
  made.addEventListener("input", () =>
    form.change(path, made.value === "" ? null : Math.round(Number(made.value) * scale)),
  );
  return place(
    field,
    path,
    form,
    made,
    field.unit ? element("span", { class: "unit" }, form.say(`editing.unit.${field.unit}`)) : null,
  );
}

function flag(field, path, form) {
  const made = element("input", {
    type: "checkbox",
    id: controlId(path),
    "data-path": path,
    checked: form.valueAt(path) === true,
  });
  const hint = hintOf(field, path, form);
  if (hint) made.setAttribute("aria-describedby", hint.id);
  made.addEventListener("change", () => form.change(path, made.checked, { redraws: true }));
  return element(
    "div",
    { class: "field flag", "data-place": path },
    element("label", { class: "choice" }, made, labelOf(field, form)),
    hint,
    problems(),
  );
}

function choice(field, path, form) {
  const kept = form.valueAt(path);
  const value = kept === undefined ? (field.usual ?? null) : kept; // the document is older than the field
  const offered = [...(field.is_optional ? [null] : []), ...field.choices];
  const choices = offered.includes(value) || value === "" ? offered : [...offered, value];
  const say = (each) => (each === null ? form.say("editing.none") : choiceName(field, each, form));
  const chosen = (at) => form.change(path, choices[at], { redraws: true });
  if (choices.length <= MOST_RADIOS) {
    return group(
      field,
      path,
      form,
      ...choices.map((each, at) => {
        const radio = element("input", {
          type: "radio",
          name: path,
          "data-path": path,
          checked: each === value,
        });
        radio.addEventListener("change", () => chosen(at));
        const hint = `editing.help.${field.label}.${each}`;
        const words = element(
          "span",
          {},
          say(each),
          form.say.knows(hint) ? element("small", {}, form.say(hint)) : null,
        );
        return element("label", { class: "choice" }, radio, words);
      }),
    );
  }
  return place(
    field,
    path,
    form,
    select(
      choices.map((each, at) => [String(at), say(each)]),
      String(choices.indexOf(value)),
      (at) => chosen(Number(at)),
    ),
  );
}

function texts(field, path, form) {
  const values = form.valueAt(path) ?? {};
  const languages = [...new Set([...form.languages(), ...Object.keys(values)])];
  return group(
    field,
    path,
    form,
    element(
      "div",
      { class: "texts" },
      ...languages.flatMap((language) => textIn(field, path, form, language, values[language])),
    ),
  );
}

function textIn(field, path, form, language, value) {
  const at = `${path}.${language}`;
  const id = controlId(at);
  const made = element(field.is_long ? "textarea" : "input", {
    id,
    "data-path": at,
    type: field.is_long ? null : "text",
    rows: field.is_long ? 3 : null,
    maxlength: field.longest,
    lang: language,
    dir: "auto",
    autocomplete: "off",
  });
  made.value = value ?? "";
  made.addEventListener("input", () => {
    const { [language]: _, ...others } = form.valueAt(path) ?? {};
    form.change(path, made.value.trim() === "" ? others : { ...others, [language]: made.value });
  });
  return [
    element("label", { for: id, class: "language" }, form.languageName(language)),
    element("div", { "data-place": at }, made, problems()),
  ];
}

function icon(field, path, form) {
  const value = form.valueAt(path);
  const names = [...new Set([...form.page.icons, value])].filter(Boolean);
  return group(
    field,
    path,
    form,
    element(
      "div",
      { class: "icons" },
      ...names.map((name) => {
        const words = form.say.knows(`editing.icon.${name}`) ? form.say(`editing.icon.${name}`) : name;
        const radio = element("input", {
          type: "radio",
          name: path,
          value: name,
          "data-path": path,
          checked: name === value,
          "aria-label": words,
        });
        radio.addEventListener("change", () => form.change(path, name));
        return element(
          "label",
          { title: words },
          radio,
          element("img", { src: `/assets/icons/${name}.svg`, alt: "" }),
        );
      }),
    ),
  );
}

/** Which of several values a list has, in the order in which they are offered: [value, words] pairs. */
function boxes(field, path, form, offered, isFixed = (_value) => false) {
  const chosen = () => form.valueAt(path) ?? [];
  return group(
    field,
    path,
    form,
    element(
      "div",
      { class: "boxes" },
      ...offered.map(([value, words]) => {
        const box = element("input", {
          type: "checkbox",
          "data-path": path,
          checked: chosen().includes(value),
          disabled: isFixed(value),
        });
        box.addEventListener("change", () => {
          const before = chosen();
          form.change(
            path,
            offered
              .map(([each]) => each)
              .filter((each) => (each === value ? box.checked : before.includes(each))),
          );
        });
        return element("label", { class: "choice" }, box, words);
      }),
    ),
  );
}

function languages(field, path, form) {
  const offered = [...new Set([...form.offeredLanguages(), ...(form.valueAt(path) ?? [])])];
  return boxes(
    field,
    path,
    form,
    offered.map((language) => [language, form.languageName(language)]),
    (language) => language === "fr",
  );
}

function choices(field, path, form) {
  return boxes(
    field,
    path,
    form,
    field.choices.map((value) => [value, choiceName(field, value, form)]),
  );
}

function reference(field, path, form) {
  const value = form.valueAt(path) ?? "";
  const offered = others(form.content(), field.to, path, form.listed(field.to));
  const options = [
    ...(field.is_optional || !value
      ? [["", form.say(field.is_optional ? `editing.none` : "editing.choose")]]
      : []),
    ...offered,
  ];
  if (value && !offered.some(([id]) => id === value)) options.push([value, value]);
  return place(
    field,
    path,
    form,
    select(options, value, (chosen) => form.change(path, chosen || (field.is_optional ? null : ""))),
  );
}

function references(field, path, form) {
  const value = form.valueAt(path) ?? [];
  const offered = form.listed(field.to);
  const all = [
    ...offered,
    ...value.filter((id) => !offered.some(([each]) => each === id)).map((id) => [id, id]),
  ];
  if (field.is_ordered) return ordered(field, path, form, all);
  if (!all.length)
    return group(field, path, form, element("p", { class: "muted" }, form.say("editing.nothing_to_choose")));
  return boxes(field, path, form, all);
}

/** Ids in an order that counts: each with a step up and out of the list, then what may be added. */
function ordered(field, path, form, all) {
  const value = form.valueAt(path) ?? [];
  const name = (id) => all.find(([each]) => each === id)?.[1] ?? id;
  const set = (ids) => form.change(path, ids, { redraws: true, focus: controlId(path) });
  const rows = value.map((id, at) => {
    const up = small(
      form.say("editing.up"),
      () => set(value.with(at, value[at - 1]).with(at - 1, id)),
      `${form.say("editing.up")}, ${name(id)}`,
    );
    up.disabled = at === 0;
    const out = small(
      form.say("editing.take_out"),
      () => set(value.filter((each) => each !== id)),
      `${form.say("editing.take_out")}, ${name(id)}`,
    );
    return element(
      "li",
      { "data-place": `${path}[${at}]` },
      element("span", {}, name(id)),
      up,
      out,
      problems(),
    );
  });
  const left = all.filter(([id]) => !value.includes(id));
  const add = left.length
    ? select([["", form.say("editing.add_to_list")], ...left], "", (id) => id && set([...value, id]))
    : null;
  add?.setAttribute("aria-label", form.say("editing.add_to_list"));
  return group(field, path, form, element("ol", { class: "ordered" }, ...rows), add);
}

function medium(field, path, form) {
  const fitting = form.page.media.filter(({ kind }) => kind === field.of);
  const options = [
    ["", form.say("editing.none")],
    ...fitting.map((each) => [each.medium, each.texts?.fr || each.name || each.medium]),
  ];
  const value = form.valueAt(path) ?? "";
  if (value && !fitting.some((each) => each.medium === value)) options.push([value, value]);
  return place(
    field,
    path,
    form,
    select(options, value, (chosen) => form.change(path, chosen || null)),
  );
}

function id(field, path, form) {
  return element(
    "div",
    { class: "field", "data-place": path },
    element("span", { class: "label" }, labelOf(field, form)),
    element("code", {}, form.valueAt(path) ?? ""),
    hintOf(field, path, form),
    problems(),
  );
}
