// The fields of a form, one builder for each kind of value; every change goes into the content at once.

import { html, live, nothing } from "../shared/drawing.js";
import { others } from "./edit_content.js";
import {
  box,
  choiceName,
  choose,
  controlId,
  group,
  hintId,
  hintOf,
  input,
  labelOf,
  optionsOf,
  place,
  problems,
  smallOf,
  tick,
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
  language: choice, // its choices are named by the browser
  date: plain("date"),
  time: plain("time"),
  colour: plain("color"),
  icon,
  languages,
  reference,
  references,
  medium,
  id,
  ...hoursMakers,
  ...partMakers,
};

/** A field at a path. `form` gives content, words and gestures (edit_page.js). */
export function fieldAt(field, path, form) {
  return MAKERS[field.as](field, path, form);
}

/** What one types under its label; `more` says of what kind it is. */
function typed(field, path, form, more) {
  const made = input(path, { most: field.longest, hint: hintId(field, path, form), ...more });
  if (!field.unit) return place(field, path, form, made);
  const unit = html`<span class="unit">${form.say(`editing.unit.${field.unit}`)}</span>`;
  return place(field, path, form, html`<div class="with-unit">${made}${unit}</div>`);
}

function text(field, path, form) {
  const changed = (value) => form.change(path, value === "" && field.is_optional ? null : value);
  return typed(field, path, form, { value: form.valueAt(path), changed });
}

function plain(type) {
  return (field, path, form) => {
    const value = String(form.valueAt(path) ?? "").slice(0, type === "time" ? 5 : 10);
    const changed = (now) => form.change(path, now || (field.is_optional ? null : ""));
    return typed(field, path, form, { type, value, changed });
  };
}

function number(field, path, form) {
  const scale = field.unit === "minutes" ? MINUTE_S : 1;
  const value = form.valueAt(path);
  return typed(field, path, form, {
    type: "number",
    step: "any",
    inputmode: "decimal",
    value: value === null || value === undefined ? "" : value / scale,
    changed: (now) => form.change(path, now === "" ? null : Math.round(Number(now) * scale)),
    min: Math.ceil(field.least / scale),
    max: Math.floor(field.most / scale),
  });
}

function flag(field, path, form) {
  const changed = (isTicked) => form.change(path, isTicked, { redraws: true });
  return box(field, path, form, { isTicked: form.valueAt(path) === true, changed });
}

function choice(field, path, form) {
  const kept = form.valueAt(path);
  const value = kept === undefined ? (field.usual ?? null) : kept; // the document is older than the field
  const offered = [...(field.is_optional ? [null] : []), ...field.choices];
  const choices = offered.includes(value) || value === "" ? offered : [...offered, value];
  const say = (each) => (each === null ? form.say("editing.none") : choiceName(field, each, form));
  const chosen = (each) => form.change(path, each, { redraws: true });
  if (choices.length > MOST_RADIOS)
    return choose(field, path, form, {
      options: choices.map((each, at) => [String(at), say(each)]),
      value: String(choices.indexOf(value)),
      chosen: (at) => chosen(choices[Number(at)]),
    });
  const radios = choices.map((each) => {
    const hint = `editing.help.${field.label}.${each}`;
    return html`<label class="choice">
      ${tick("radio", path, each === value, () => chosen(each))}
      <span>${say(each)}${form.say.knows(hint) ? html`<small>${form.say(hint)}</small>` : nothing}</span>
    </label>`;
  });
  return group(field, path, form, radios);
}

function texts(field, path, form) {
  const values = form.valueAt(path) ?? {};
  const tongues = [...new Set([...form.languages(), ...Object.keys(values)])];
  const inside = tongues.map((language) => textIn(field, path, form, language, values[language]));
  return group(field, path, form, html`<div class="texts">${inside}</div>`);
}

function textIn(field, path, form, language, value = "") {
  const at = `${path}.${language}`;
  const changed = (text) => {
    const { [language]: _, ...others } = form.valueAt(path) ?? {};
    form.change(path, text.trim() === "" ? others : { ...others, [language]: text });
  };
  const long = () =>
    html`<textarea id=${controlId(at)} data-path=${at} rows="3" maxlength=${field.longest ?? nothing}
      lang=${language} dir="auto" autocomplete="off" .value=${live(value)}
      @input=${({ target }) => changed(target.value)}></textarea>`;
  const control = field.is_long ? long() : input(at, { value, changed, most: field.longest, lang: language });
  return html`<label for=${controlId(at)} class="language">${form.languageName(language)}</label>
    <div data-place=${at}>${control}${problems}</div>`;
}

function icon(field, path, form) {
  const value = form.valueAt(path);
  const names = [...new Set([...form.page.icons, value])].filter(Boolean);
  const signs = names.map((name) => {
    const label = form.say.knows(`editing.icon.${name}`) ? form.say(`editing.icon.${name}`) : name;
    return html`<label title=${label}>
      ${tick("radio", path, name === value, () => form.change(path, name), { label })}
      <img src=${`/assets/icons/${name}.svg`} alt="" />
    </label>`;
  });
  return group(field, path, form, html`<div class="icons">${signs}</div>`);
}

/** Which of several values a list has, in the order in which they are offered: [value, words] pairs. */
function boxes(field, path, form, offered, fixed = "") {
  const chosen = () => form.valueAt(path) ?? [];
  const change = (value, isTicked) => {
    const before = chosen();
    const values = offered.map(([each]) => each);
    form.change(
      path,
      values.filter((each) => (each === value ? isTicked : before.includes(each))),
    );
  };
  const ticks = offered.map(([value, words]) => {
    const isTicked = chosen().includes(value);
    const changed = (is) => change(value, is);
    return html`<label class="choice"
      >${tick("checkbox", path, isTicked, changed, { isFixed: value === fixed })}${words}</label>`;
  });
  return group(field, path, form, html`<div class="boxes">${ticks}</div>`);
}

function languages(field, path, form) {
  const offered = [...new Set([...form.offeredLanguages(), ...(form.valueAt(path) ?? [])])];
  const named = offered.map((language) => [language, form.languageName(language)]);
  return boxes(field, path, form, named, "fr");
}

function choices(field, path, form) {
  const offered = field.choices.map((value) => [value, choiceName(field, value, form)]);
  return boxes(field, path, form, offered);
}

function reference(field, path, form) {
  const value = form.valueAt(path) ?? "";
  const offered = others(form.content(), field.to, path, form.listed(field.to));
  const none = field.is_optional ? "editing.none" : "editing.choose";
  const options = [...(field.is_optional || !value ? [["", form.say(none)]] : []), ...offered];
  const chosen = (id) => form.change(path, id || (field.is_optional ? null : ""));
  return choose(field, path, form, { options: withValue(options, value), value, chosen });
}

/** What is offered, and what is named though it is offered no more. */
const withValue = (options, ...values) => [
  ...options,
  ...values.filter((id) => id && !options.some(([each]) => each === id)).map((id) => [id, id]),
];

function references(field, path, form) {
  const value = form.valueAt(path) ?? [];
  const all = withValue(form.listed(field.to), ...value);
  if (field.is_ordered) return ordered(field, path, form, all);
  if (all.length) return boxes(field, path, form, all);
  return group(field, path, form, html`<p class="muted">${form.say("editing.nothing_to_choose")}</p>`);
}

/** Ids in an order that counts: each with a step up and out of the list, then what may be added. */
function ordered(field, path, form, all) {
  const value = form.valueAt(path) ?? [];
  const name = (id) => all.find(([each]) => each === id)?.[1] ?? id;
  const set = (ids) => form.change(path, ids, { redraws: true, focus: controlId(path) });
  const rows = value.map((id, at) => {
    const up = () => set(value.with(at, value[at - 1]).with(at - 1, id));
    const out = () => set(value.filter((each) => each !== id));
    return html`<li data-place=${`${path}[${at}]`}>
      <span>${name(id)}</span>${smallOf(form, "editing.up", name(id), up, { isDisabled: at === 0 })}${smallOf(
        form,
        "editing.take_out",
        name(id),
        out,
      )}${problems}
    </li>`;
  });
  const left = all.filter(([id]) => !value.includes(id));
  const words = form.say("editing.add_to_list");
  const add = ({ target }) => target.value && set([...value, target.value]);
  const adder = html`<select aria-label=${words} @change=${add}>
    ${optionsOf([["", words], ...left], "")}
  </select>`;
  return group(field, path, form, html`<ol class="ordered">${rows}</ol>`, left.length ? adder : nothing);
}

function medium(field, path, form) {
  const fitting = form.page.media.filter(({ kind }) => kind === field.of);
  const offered = fitting.map((each) => [each.medium, each.texts?.fr || each.name || each.medium]);
  const value = form.valueAt(path) ?? "";
  const options = withValue([["", form.say("editing.none")], ...offered], value);
  return choose(field, path, form, { options, value, chosen: (id) => form.change(path, id || null) });
}

function id(field, path, form) {
  return html`<div class="field" data-place=${path}>
    <span class="label">${labelOf(field, form)}</span>
    <code>${form.valueAt(path) ?? ""}</code>
    ${hintOf(field, path, form)} ${problems}
  </div>`;
}
