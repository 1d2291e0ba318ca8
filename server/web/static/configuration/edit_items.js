// A list whose items have a view of their own: what each is in a line, its order, copies, leaving.

import { html, nothing, repeat } from "../shared/drawing.js";
import { copyOf, moved, nameOf, newPart } from "./edit_content.js";
import { choiceName, controlId, hintOf, labelOf, namedAdder, problems, small } from "./edit_controls.js";

/** The list at a path of the document itself; its items are opened by links. */
export function itemsOf(field, path, form, section) {
  const value = form.valueAt(path) ?? [];
  const set = (list, focus) => form.change(path, list, { redraws: true, focus });
  const add = (item) => {
    set([...(form.valueAt(path) ?? []), item]);
    form.open(section, path, item[field.key]);
  };
  const create = (name) => {
    const [kind] = field.parts;
    const { blank } = form.parts[kind];
    add(newPart(form.described, form.content(), { list: path, part: kind, key: field.key, blank, name }));
  };
  const isFull = value.length >= (field.most ?? Infinity);
  const rows = repeat(
    value,
    (item) => item[field.key],
    (item, at) => row({ item, at, field, path, form, section, value, set, add }),
  );
  return html`<div class="list" data-place=${path} id=${controlId(path)} tabindex="-1">
    ${hintOf(field, path, form)}
    ${
      value.length
        ? html`<ol class="items" aria-label=${labelOf(field, form)}>${rows}</ol>`
        : html`<p class="muted">${form.say("editing.list.empty")}</p>`
    }
    ${isFull ? nothing : namedAdder(field, path, form, create)} ${problems}
  </div>`;
}

function row({ item, at, field, path, form, section, value, set, add }) {
  const key = item[field.key];
  const name = nameOf(item);
  const idOf = (gesture) => `${gesture}-${key}`;
  const gesture = (words, pressed, { sign, ...more } = /** @type {any} */ ({})) => {
    const label = `${form.say(words)}, ${name}`;
    return small(sign ? html`<i class="icon icon-${sign}"></i>` : form.say(words), pressed, {
      label,
      ...more,
    });
  };
  const move = (sign, step, isDisabled) =>
    gesture(`editing.${sign}`, () => set(moved(value, at, step), idOf(sign)), {
      sign,
      id: idOf(sign),
      isDisabled,
    });
  const isNew = !form.isPublished(path, key);
  const retire = () => set(value.with(at, { ...item, is_retired: !item.is_retired }), idOf("leave"));
  const remove = () =>
    set(
      value.filter((_, place) => place !== at),
      controlId(path),
    );
  const copy = () => add(copyOf(form.described, form.content(), { list: path, key: field.key, item }));
  const leaving =
    "is_retired" in item && !isNew
      ? gesture(item.is_retired ? "editing.take_back" : "editing.retire", retire, { id: idOf("leave") })
      : gesture("editing.remove", remove, { id: idOf("leave") });
  const badges = [item.is_retired ? "retired" : null, isNew ? "new" : null].filter(Boolean);
  return html`<li data-place=${`${path}[${at}]`} class=${item.is_retired ? "retired" : nothing}>
    <div class="what">
      <a href=${form.address(section, path, key)}><bdi>${name}</bdi></a>
      ${badges.map((badge) => html`<span class=${`badge ${badge}`}>${form.say(`editing.badge.${badge}`)}</span>`)}
      <small>${summaryOf(field.parts[0], item, form)}</small>
    </div>
    <div class="gestures">
      ${move("up", -1, at === 0)} ${move("down", 1, at === value.length - 1)}
      ${gesture("editing.duplicate", copy)} ${leaving}
    </div>
    ${problems}
  </li>`;
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
  referral: (item, form) => [
    nameIn("folders", item.parent, form),
    item.web_address,
    form.listed("services_there").find(([id]) => id === item.elsewhere)?.[1],
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
