// Content of a document's editing pages, without a page: new parts with their ids and letters, copies, order,
// which fields matter, and where a problem is. Pure.

import { valueAt } from "../shared/paths.js";

/** A text as an id may be: "Guichet n° 3" → "guichet-n-3". */
export function slugOf(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** The stem, at most 48 characters long, with a number where it is already used. */
export function freeId(stem, taken) {
  const short = stem.slice(0, 44).replace(/-$/, "");
  let found = short;
  for (let number = 2; taken.includes(found); number += 1) found = `${short}-${number}`;
  return found;
}

/** Every id a document gives, in the lists of its form whose items have a key. */
export function idsOf(form, content) {
  const lists = form.sections.flatMap(fieldsOf).filter(({ key }) => key);
  return lists.flatMap(({ name, key }) => (content[name] ?? []).map((item) => item[key]));
}

/**
 * What a reference at a path may name, of all that its list offers: never the part that it stands in.
 *
 * @param {any} content of the document
 * @param {string} list that the reference names a part of
 * @param {string} path of the reference, as `kiosks[0].printer.backup`
 * @param {[string, string][]} offered ids with their names
 */
export function others(content, list, path, offered) {
  const at = path.startsWith(`${list}[`) ? Number.parseInt(path.slice(list.length + 1), 10) : null;
  const own = at === null ? null : content[list]?.[at]?.id;
  return offered.filter(([id]) => id !== own);
}

const fieldsOf = ({ groups }) => groups.flatMap(({ fields }) => fields);

/**
 * A prefix of `letters` that no series of the hall has: one, or two where one is wanted first; "" when all
 * are used.
 */
export function freePrefix({ letters }, content, first = "") {
  const series = [...(content.services ?? []), ...(content.kiosks ?? [])].flatMap(
    ({ series, appointment_series, own_series }) => [
      series?.prefix,
      appointment_series?.prefix,
      own_series?.prefix,
    ],
  );
  const candidates = first
    ? letters.map((letter) => first + letter)
    : [...letters, ...letters.flatMap((one) => letters.map((other) => one + other))];
  return candidates.find((prefix) => !series.includes(prefix)) ?? "";
}

/**
 * A new part under a name, with its id: each required reference is the first possible one.
 *
 * @param {any} form the document as the server describes it
 * @param {any} content of the document
 * @param {{ list?: string, part: string, key: string, blank: any, name: string, taken?: string[] }} wanted
 */
export function newPart(form, content, { list, part, key, blank, name, taken = idsOf(form, content) }) {
  const made = structuredClone(blank);
  if (key) made[key] = freeId([content.hall, slugOf(name) || part].filter(Boolean).join("-"), taken);
  named(made, name);
  if (list === "services") {
    made.queue = content.queues?.[0]?.id ?? "";
    made.series = { ...made.series, prefix: freePrefix(form, content) };
  }
  return made;
}

/** The field that says how people call a part. */
export const nameField = (part) => ["names", "labels", "label", "name"].find((name) => name in part);

/** How people call a part, in French. */
export function nameOf(part) {
  const name = part?.[nameField(part ?? {}) ?? "name"];
  return (typeof name === "object" ? name?.fr : name) || part?.id || part?.slug || "";
}

function named(part, name) {
  const field = nameField(part);
  if (field) part[field] = typeof part[field] === "object" && part[field] !== null ? { fr: name } : name;
}

/** A copy under a name of its own: the next number where the name ends with one. */
export function copyOf(form, content, { list, key, item }) {
  const name = nameOf(item);
  const others = (content[list] ?? []).map(nameOf);
  const copied = newPart(form, content, { list, part: list, key, blank: item, name: nextName(name, others) });
  const field = nameField(item);
  if (field && typeof item[field] === "object")
    copied[field] = { ...withNumberOf(copied[field].fr, item[field]), fr: copied[field].fr };
  if (list === "services") {
    copied.queue = item.queue;
    copied.series = { ...item.series, prefix: copied.series.prefix };
    if (copied.appointment_series)
      copied.appointment_series = {
        ...copied.appointment_series,
        prefix: freePrefix(
          form,
          { ...content, services: [...content.services, copied] },
          copied.series.prefix[0],
        ),
      };
  }
  if (copied.own_series) copied.own_series = { ...copied.own_series, prefix: freePrefix(form, content) };
  if ("is_retired" in copied) copied.is_retired = false;
  return copied;
}

function nextName(name, others) {
  const numbered = /^(.*?)(\d+)$/.exec(name);
  const stem = numbered ? numbered[1] : `${name} `;
  let number = numbered ? Number(numbered[2]) + 1 : 2;
  while (others.includes(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

/** Texts in other languages with the number at the end of the French one. */
function withNumberOf(french, texts) {
  const [number] = /\d+$/.exec(french) ?? [""];
  return Object.fromEntries(
    Object.entries(texts).map(([language, text]) => [language, `${text.replace(/ ?\d+$/, "")} ${number}`]),
  );
}

/** The list with one item a step up (-1) or down (+1); itself when there is no such step. */
export function moved(list, at, step) {
  const to = at + step;
  if (to < 0 || to >= list.length) return list;
  const order = [...list];
  [order[at], order[to]] = [order[to], order[at]];
  return order;
}

/** Whether a field matters now, or holds a value from when it did. */
export function isShown(field, part, blank) {
  if (!field.when || field.when.is.includes(part?.[field.when.field] ?? blank?.[field.when.field]))
    return true;
  return JSON.stringify(part?.[field.name] ?? null) !== JSON.stringify(blank?.[field.name] ?? null);
}

/** Where a problem's path leads: the section, the list and id of the item whose view it is in, if any. */
export function viewOf(form, content, path) {
  const [root, at] = path.split(/[.[\]]+/);
  const section =
    form.sections.find((each) => fieldsOf(each).some(({ name }) => name === root)) ?? form.sections[0];
  const field = fieldsOf(section).find(({ name }) => name === root);
  const item = field?.key ? valueAt(content, `${root}[${at}]`) : undefined;
  return { section: section.key, list: item ? root : null, id: item?.[field.key] ?? null };
}

/** Whether a path is at a place or below it. */
export function isWithin(path, place) {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

/** The minutes in which the spans of a week are open. */
export function minutesOf(week) {
  const minute = (hour) => Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3, 5));
  const spans = Object.values(week)
    .flat()
    .filter((span) => /^\d\d:\d\d-\d\d:\d\d$/.test(span));
  return spans.reduce((sum, span) => sum + Math.max(0, minute(span.slice(6)) - minute(span)), 0);
}

/**
 * The menu of a kiosk as a tree, of the whole hall without one: a folder is at the place of its first
 * service of the hall, whichever of them the kiosk offers. Referrals come last, also those of a folder that
 * has no service left.
 *
 * @param {any} content of the hall's document
 * @param {{ services?: string[] } | null} [kiosk]
 */
export function menuOf(content, kiosk) {
  const onKiosk = (content.services ?? []).filter((each) => each.is_on_kiosk && !each.is_retired);
  const referrals = (content.referrals ?? []).filter((each) => !each.is_retired);
  const offered = kiosk?.services?.length
    ? onKiosk.filter(({ id }) => kiosk.services?.includes(id))
    : onKiosk;
  const choices = [...offered, ...referrals];
  const folderOf = (each) => content.folders?.find(({ id }) => id === each.parent);
  const folders = new Set(offered.map(folderOf));
  const entryOf = (each) => (folders.has(folderOf(each)) && folderOf(each)) || each;
  const parts = new Set([...onKiosk, ...referrals].map(entryOf));
  /** @type {{ part: any, services: any[] | null }[]} a folder with its services, or a service */
  const entries = [...parts].map((part) => {
    const services = choices.filter((each) => each !== part && entryOf(each) === part);
    return { part, services: services.length ? services : null };
  });
  return entries.filter(({ part, services }) => services ?? choices.includes(part));
}
