// Parts inside parts: one that may be there or not, rows of a list, papers to bring, weights of queues.

import { element } from "../shared/dom.js";
import { freePrefix, isShown, moved, newPart } from "./edit_content.js";
import { weekShown } from "./edit_hours.js";
import {
  choiceName,
  controlId,
  group,
  hintOf,
  labelOf,
  namedAdder,
  problems,
  small,
} from "./edit_controls.js";

export const partMakers = { part, parts, papers, weights };

/** The groups of a part's fields; what does not matter now is left out. */
export function groupsOf(name, path, form) {
  const { groups, blank } = form.parts[name];
  const value = path ? form.valueAt(path) : form.content();
  return groups.map(({ key, fields, is_folded }) => {
    const made = fields
      .filter((field) => isShown(field, value, blank))
      .map((field) => form.fieldAt(field, path ? `${path}.${field.name}` : field.name));
    return { key, is_folded, fields: made.filter(Boolean) };
  });
}

const fieldsOf = (name, path, form) => groupsOf(name, path, form).flatMap(({ fields }) => fields);

function part(field, path, form) {
  const value = form.valueAt(path);
  if (!field.is_optional)
    return group(
      field,
      path,
      form,
      element("div", { class: `inside part-${field.part}` }, ...fieldsOf(field.part, path, form)),
    );
  const box = element("input", {
    type: "checkbox",
    id: controlId(path),
    "data-path": path,
    checked: value !== null && value !== undefined,
  });
  box.addEventListener("change", () =>
    form.change(path, box.checked ? beginning(field, path, form) : null, {
      redraws: true,
      focus: controlId(path),
    }),
  );
  const hint = hintOf(field, path, form);
  if (hint) box.setAttribute("aria-describedby", hint.id);
  const head = element("label", { class: "choice" }, box, labelOf(field, form));
  const inside = box.checked
    ? element(
        "div",
        { class: `inside part-${field.part}`, role: "group", "aria-label": labelOf(field, form) },
        ...fieldsOf(field.part, path, form),
      )
    : instead(field, form);
  return element("div", { class: "field flag", "data-place": path }, head, hint, inside, problems());
}

/** What holds where a part is not there: a hall without hours of its own has those of its site. */
function instead({ part: name }, form) {
  const calendar = name === "calendar" && form.siteCalendar();
  return calendar ? weekShown(calendar.week, form) : null;
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
    const gestures = [
      small(
        form.say("editing.remove"),
        () => set(value.filter((_, place) => place !== at)),
        `${form.say("editing.remove")}, ${name}`,
      ),
    ];
    if (at > 0 && field.key)
      gestures.unshift(
        small(
          form.say("editing.up"),
          () => set(moved(value, at, -1), at - 1),
          `${form.say("editing.up")}, ${name}`,
        ),
      );
    const kind = kindOf(item, field);
    const title = field.parts.length > 1 ? element("h4", {}, choiceName({ name: "kind" }, kind, form)) : null;
    return element(
      "div",
      {
        class: "row",
        role: "group",
        "aria-label": name,
        id: controlId(here),
        tabindex: "-1",
        "data-place": here,
      },
      title,
      ...fieldsOf(kind, here, form),
      element("div", { class: "gestures" }, ...gestures),
      problems(),
    );
  });
  return group(
    field,
    path,
    form,
    ...rows,
    value.length < (field.most ?? Infinity) ? adders(field, path, form, value, set) : null,
  );
}

/** The part of a row: lists whose rows differ have it in `kind`. */
const kindOf = (item, { parts: kinds }) =>
  kinds.length > 1 ? (kinds.find((kind) => kind === item.kind) ?? kinds[0]) : kinds[0];

function adders(field, path, form, value, set) {
  const add = (row) => set([...value, row], value.length);
  if (field.key)
    return namedAdder(field, path, form, (name) =>
      add(
        newPart(
          form.described,
          {},
          {
            part: field.parts[0],
            key: field.key,
            blank: form.parts[field.parts[0]].blank,
            name,
            taken: value.map((each) => each[field.key]),
          },
        ),
      ),
    );
  const buttons = field.parts.map((kind, order) => {
    const key = field.parts.length > 1 ? `editing.add.${field.label}.${kind}` : `editing.add.${field.label}`;
    const button = small(form.say(key), () => add(structuredClone(form.parts[kind].blank)));
    if (order === 0) button.id = `${controlId(path)}-add`;
    return button;
  });
  return element("div", { class: "gestures" }, ...buttons);
}

function papers(field, path, form) {
  const value = form.valueAt(path) ?? [];
  const set = (list, focus) => form.change(path, list, { redraws: true, focus });
  const rows = value.map((_, at) => {
    const here = `${path}[${at}]`;
    const texts = form.fieldAt(
      { as: "texts", name: field.name, label: "paper", longest: field.longest },
      here,
    );
    const name = form.say("editing.paper.numbered", { number: at + 1 });
    texts.querySelector("legend").textContent = name;
    const up = small(
      form.say("editing.up"),
      () => set(moved(value, at, -1), controlId(`${path}[${at - 1}]`)),
      `${form.say("editing.up")}, ${name}`,
    );
    up.disabled = at === 0;
    const remove = small(
      form.say("editing.remove"),
      () =>
        set(
          value.filter((__, place) => place !== at),
          `${controlId(path)}-add`,
        ),
      `${form.say("editing.remove")}, ${name}`,
    );
    texts.append(element("div", { class: "gestures" }, up, remove));
    return texts;
  });
  const add = small(form.say("editing.paper.add"), () =>
    set([...value, {}], controlId(`${path}[${value.length}].fr`)),
  );
  add.id = `${controlId(path)}-add`;
  return group(field, path, form, ...rows, add);
}

/** How much of the calls each queue gets, the queues of the profile in their order. */
function weights(field, path, form) {
  const queues = form.valueAt(path.replace(/weights$/, "queues")) ?? [];
  const names = Object.fromEntries(form.listed("queues"));
  return group(
    field,
    path,
    form,
    element(
      "div",
      { class: "texts" },
      ...queues.flatMap((queue) => {
        const at = `${path}.${queue}`;
        const made = element("input", {
          type: "number",
          id: controlId(at),
          "data-path": at,
          min: 1,
          max: 100,
          class: "short",
        });
        made.value = form.valueAt(path)?.[queue] ?? "";
        made.addEventListener("input", () => {
          const { [queue]: _, ...others } = form.valueAt(path) ?? {};
          form.change(
            path,
            made.value === "" ? others : { ...others, [queue]: Math.round(Number(made.value)) },
          );
        });
        return [
          element("label", { for: controlId(at) }, names[queue] ?? queue),
          element("div", { "data-place": at }, made, problems()),
        ];
      }),
    ),
  );
}
