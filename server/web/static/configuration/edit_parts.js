// Parts inside parts: one that may be there or not, rows of a list, papers to bring, weights of queues.

import { html, nothing, repeat } from "../shared/drawing.js";
import { freePrefix, isShown, moved, newPart } from "./edit_content.js";
import { weekShown } from "./edit_hours.js";
import {
  box,
  choiceName,
  controlId,
  group,
  input,
  labelOf,
  namedAdder,
  problems,
  small,
  smallOf,
} from "./edit_controls.js";

export const partMakers = { part, parts, papers, weights };

/** The groups of a part's fields, each with its path; what does not matter now is left out. */
export function groupsOf(name, path, form) {
  const { groups, blank } = form.parts[name];
  const value = path ? form.valueAt(path) : form.content();
  return groups.map(({ key, fields, is_folded }) => {
    const relevant = fields.filter((field) => field.as !== "constant" && isShown(field, value, blank));
    const placed = relevant.map((field) => ({ field, at: path ? `${path}.${field.name}` : field.name }));
    return { key, is_folded, fields: placed };
  });
}

/** Fields, each drawn by `view(field, path)` where it stays the same one when others come and go. */
export const drawn = (fields, view) =>
  repeat(
    fields,
    ({ at }) => at,
    ({ field, at }) => view(field, at),
  );

const fieldsOf = (name, path, form) =>
  drawn(
    groupsOf(name, path, form).flatMap(({ fields }) => fields),
    form.fieldAt,
  );

function part(field, path, form) {
  const value = form.valueAt(path);
  const isThere = value !== null && value !== undefined;
  const inside = (role, label) =>
    html`<div class=${`inside part-${field.part}`} role=${role} aria-label=${label}>
      ${fieldsOf(field.part, path, form)}
    </div>`;
  if (!field.is_optional) return group(field, path, form, inside(nothing, nothing));
  const changed = (isTicked) =>
    form.change(path, isTicked ? beginning(field, path, form) : null, {
      redraws: true,
      focus: controlId(path),
    });
  return box(field, path, form, {
    isTicked: isThere,
    changed,
    inside: isThere ? inside("group", labelOf(field, form)) : instead(field, form),
  });
}

/** What holds where a part is not there: a hall without hours of its own has those of its site. */
function instead({ part: name }, form) {
  const calendar = name === "calendar" && form.siteCalendar();
  return calendar ? weekShown(calendar.week, form) : nothing;
}

/**
 * A part that begins: with a letter of its own where it gives numbers, with the site's hours where it has
 * hours.
 */
function beginning(field, path, form) {
  const made = structuredClone(form.parts[field.part].blank);
  if (field.part === "series")
    made.prefix = freePrefix(
      form.described,
      form.content(),
      form.valueAt(path.replace("appointment_series", "series"))?.prefix?.[0] ?? "",
    );
  if (field.part === "calendar") return structuredClone(form.siteCalendar() ?? made);
  if (field.part === "own_hours")
    made.week = structuredClone((form.valueAt("calendar") ?? form.siteCalendar())?.week ?? made.week);
  return made;
}

function parts(field, path, form) {
  const value = form.valueAt(path) ?? [];
  const set = (list, at) =>
    form.change(path, list, {
      redraws: true,
      focus: at === undefined ? `${controlId(path)}-add` : controlId(`${path}[${at}]`),
    });
  const rows = value.map((item, at) => {
    const here = `${path}[${at}]`;
    const name = form.say("editing.row", { name: labelOf(field, form), number: at + 1 });
    const remove = () => set(value.filter((_, place) => place !== at));
    const up = () => set(moved(value, at, -1), at - 1);
    const kind = kindOf(item, field);
    return html`<div class="row" role="group" aria-label=${name} id=${controlId(here)} tabindex="-1"
      data-place=${here}>
      ${field.parts.length > 1 ? html`<h4>${choiceName({ name: "kind" }, kind, form)}</h4>` : nothing}
      ${fieldsOf(kind, here, form)}
      <div class="gestures">
        ${at > 0 && field.key ? smallOf(form, "editing.up", name, up) : nothing}
        ${smallOf(form, "editing.remove", name, remove)}
      </div>
      ${problems}
    </div>`;
  });
  const isFull = value.length >= (field.most ?? Infinity);
  return group(field, path, form, rows, isFull ? nothing : adders(field, path, form, value, set));
}

/** The part of a row: lists whose rows differ have it in `kind`. */
const kindOf = (item, { parts: kinds }) =>
  kinds.length > 1 ? (kinds.find((kind) => kind === item.kind) ?? kinds[0]) : kinds[0];

function adders(field, path, form, value, set) {
  const add = (row) => set([...value, row], value.length);
  if (field.key)
    return namedAdder(field, path, form, (name) => {
      const [kind] = field.parts;
      const { blank } = form.parts[kind];
      const taken = value.map((each) => each[field.key]);
      add(newPart(form.described, {}, { part: kind, key: field.key, blank, name, taken }));
    });
  const button = (kind, order) => {
    const key = field.parts.length > 1 ? `editing.add.${field.label}.${kind}` : `editing.add.${field.label}`;
    const id = order === 0 ? `${controlId(path)}-add` : nothing;
    return small(form.say(key), () => add(structuredClone(form.parts[kind].blank)), { id });
  };
  return html`<div class="gestures">${field.parts.map(button)}</div>`;
}

function papers(field, path, form) {
  const value = form.valueAt(path) ?? [];
  const addId = `${controlId(path)}-add`;
  const set = (list, focus) => form.change(path, list, { redraws: true, focus });
  const rows = value.map((_, at) => {
    const name = form.say("editing.paper.numbered", { number: at + 1 });
    const up = () => set(moved(value, at, -1), controlId(`${path}[${at - 1}]`));
    const remove = () =>
      set(
        value.filter((__, place) => place !== at),
        addId,
      );
    const end = html`<div class="gestures">
      ${smallOf(form, "editing.up", name, up, { isDisabled: at === 0 })}
      ${smallOf(form, "editing.remove", name, remove)}
    </div>`;
    const { name: of, longest } = field;
    return form.fieldAt(
      { as: "texts", name: of, label: "paper", longest, more: { legend: name, end } },
      `${path}[${at}]`,
    );
  });
  const add = () => set([...value, {}], controlId(`${path}[${value.length}].fr`));
  return group(field, path, form, rows, small(form.say("editing.paper.add"), add, { id: addId }));
}

/** How much of the calls each queue gets, the queues of the profile in their order. */
function weights(field, path, form) {
  const queues = form.valueAt(path.replace(/weights$/, "queues")) ?? [];
  const names = Object.fromEntries(form.listed("queues"));
  const weight = (queue) => {
    const at = `${path}.${queue}`;
    const changed = (value) => {
      const { [queue]: _, ...others } = form.valueAt(path) ?? {};
      form.change(path, value === "" ? others : { ...others, [queue]: Math.round(Number(value)) });
    };
    const value = form.valueAt(path)?.[queue];
    return html`<label for=${controlId(at)}>${names[queue] ?? queue}</label>
      <div data-place=${at}>
        ${input(at, { type: "number", value, changed, min: 1, max: 100 })}${problems}
      </div>`;
  };
  return group(field, path, form, html`<div class="texts">${queues.map(weight)}</div>`);
}
