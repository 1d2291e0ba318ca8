// A list whose items have a view of their own: what each is in a line, its order, copies, leaving.

import { element } from "../shared/dom.js";
import { copyOf, moved, nameOf, newPart } from "./edit_content.js";
import { choiceName, controlId, hintOf, labelOf, namedAdder, problems, small } from "./edit_controls.js";

/** The list at a path of the document itself; its items are opened by links. */
export function itemsOf(field, path, form, section) {
  const value = form.valueAt(path) ?? [];
  const set = (list, focus) => form.change(path, list, { redraws: true, focus });
  const open = (item) => form.open(section, path, item[field.key]);
  const add = (item) => {
    set([...(form.valueAt(path) ?? []), item]);
    open(item);
  };
  const rows = value.map((item, at) => row({ item, at, field, path, form, section, value, set, add }));
  const isFull = value.length >= (field.most ?? Infinity);
  const create = (name) =>
    add(
      newPart(form.described, form.content(), {
        list: path,
        part: field.parts[0],
        key: field.key,
        blank: form.parts[field.parts[0]].blank,
        name,
      }),
    );
  return element(
    "div",
    { class: "list", "data-place": path, id: controlId(path), tabindex: "-1" },
    hintOf(field, path, form),
    rows.length
      ? element("ol", { class: "items", "aria-label": labelOf(field, form) }, ...rows)
      : element("p", { class: "muted" }, form.say("editing.list.empty")),
    isFull ? null : namedAdder(field, path, form, create),
    problems(),
  );
}

function row({ item, at, field, path, form, section, value, set, add }) {
  const key = item[field.key];
  const name = nameOf(item);
  const id = (gesture) => `${gesture}-${key}`;
  const gesture = (sign, words, pressed, attributes = {}) => {
    const made = small(form.say(words), pressed, `${form.say(words)}, ${name}`);
    if (sign) made.replaceChildren(element("i", { class: `icon icon-${sign}` }));
    return Object.assign(made, attributes);
  };
  const isNew = !form.isPublished(path, key);
  const leaving =
    "is_retired" in item && !isNew
      ? gesture(
          null,
          item.is_retired ? "editing.take_back" : "editing.retire",
          () => set(value.with(at, { ...item, is_retired: !item.is_retired }), id("leave")),
          { id: id("leave") },
        )
      : gesture(
          null,
          "editing.remove",
          () =>
            set(
              value.filter((_, place) => place !== at),
              controlId(path),
            ),
          { id: id("leave") },
        );
  const badges = [item.is_retired ? "retired" : null, isNew ? "new" : null].filter(Boolean);
  return element(
    "li",
    { "data-place": `${path}[${at}]`, class: item.is_retired ? "retired" : null },
    element(
      "div",
      { class: "what" },
      element("a", { href: form.address(section, path, key) }, element("bdi", {}, name)),
      ...badges.map((badge) =>
        element("span", { class: `badge ${badge}` }, form.say(`editing.badge.${badge}`)),
      ),
      element("small", {}, summaryOf(field.parts[0], item, form)),
    ),
    element(
      "div",
      { class: "gestures" },
      gesture("up", "editing.up", () => set(moved(value, at, -1), id("up")), {
        id: id("up"),
        disabled: at === 0,
      }),
      gesture("down", "editing.down", () => set(moved(value, at, 1), id("down")), {
        id: id("down"),
        disabled: at === value.length - 1,
      }),
      gesture(null, "editing.duplicate", () =>
        add(copyOf(form.described, form.content(), { list: path, key: field.key, item })),
      ),
      leaving,
    ),
    problems(),
  );
}

const of = (name, value, form) => choiceName({ name }, value, form);

const SUMMARIES = {
  service: (item, form) => [
    of("mode", item.mode, form),
    [item.series?.prefix, item.appointment_series?.prefix].filter(Boolean).join(", "),
    nameIn("folders", item.parent, form),
    item.hours ? form.say("editing.summary.own_hours") : null,
  ],
  counter: (item, form) => [
    form.say("editing.summary.services", { count: item.services?.length ?? 0 }),
    item.is_step_free ? form.say("document_words.field.is_step_free") : null,
    item.directions?.fr,
  ],
  folder: (item, form) => [
    form.say("editing.summary.services", {
      count: (form.content().services ?? []).filter(({ parent }) => parent === item.id).length,
    }),
  ],
  queue: (item, form) => [
    (form.content().services ?? [])
      .filter(({ queue }) => queue === item.id)
      .map(nameOf)
      .join(", ") || form.say("editing.summary.no_service"),
  ],
  profile: (item, form) => [
    of("rule", item.rule, form),
    (item.queues ?? []).map((queue) => nameIn("queues", queue, form)).join(", "),
  ],
  kiosk: (item, form) => [
    item.services?.length ? form.say("editing.summary.services", { count: item.services.length }) : null,
    item.printer
      ? (placeOfPrinter(item.printer, form) ?? form.say("editing.summary.simulated"))
      : form.say("editing.summary.no_printer"),
    item.mounting ? null : form.say("editing.summary.no_mounting"),
  ],
  screen: (item, form) => [
    of("layout", item.layout, form),
    `${item.diagonal_cm ?? "…"} cm`,
    form.say("editing.summary.read_at", { metres: item.viewing_m ?? "…" }),
    item.arrow ? of("arrow", item.arrow, form) : null,
  ],
  site: (item) => [item.address],
};

/** Where a printer is, as it is typed; nothing for a simulated one. */
function placeOfPrinter({ kind, host, usb, line }, form) {
  if (kind === "gateway") return form.say("editing.summary.gateway");
  if (["star_cloudprnt", "epson_direct"].includes(kind)) return form.say("editing.summary.fetching");
  return (
    { usb_file: usb, usb_bus: usb, serial: line?.split("/").at(-1) }[kind] ?? (kind === "tcp" ? host : null)
  );
}

function summaryOf(part, item, form) {
  return (SUMMARIES[part]?.(item, form) ?? []).filter(Boolean).join(" · ");
}

function nameIn(list, id, form) {
  const found = (form.content()[list] ?? []).find((each) => each.id === id);
  return found ? nameOf(found) : (id ?? "");
}
