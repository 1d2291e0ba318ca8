// The content of a notice, as an object that form fields are read into and filled from: what the server
// takes, what its translations lack, which presses it offers. Pure.

const SHARED = ["titles", "category", "targets", "validity", "dayparts", "when", "ms", "credits", "link"];

/**
 * What the server takes: without fields of another kind, empty texts, a condition without a queue. `fields`
 * are those of its kind.
 */
export function cleaned(content, fields) {
  const kept = { kind: content.kind };
  for (const name of [...SHARED, ...fields.map((field) => field.name)])
    if (content[name] !== undefined) kept[name] = withoutEmpty(content[name]);
  if (!kept.when?.queue) kept.when = null;
  if (kept.focus && kept.focus.x === undefined) kept.focus = null;
  if (fields.some(({ name }) => name === "picture") && !kept.picture) kept.focus = kept.composition = null;
  return kept;
}

function withoutEmpty(value) {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== "" && each !== undefined)
      .map(([name, each]) => [name, withoutEmpty(each)]),
  );
}

/** The sections of the list, in the order people look at them: what waits for them first. */
export function sectionsOf(notices, nowMs) {
  /** @type {[string, (notice: any) => boolean][]} */
  const sections = [
    ["mine", (each) => each.waits_for_me],
    ["submitted", (each) => each.state === "submitted"],
    ["approved", (each) => each.state === "approved"],
    ["unread", (each) => each.state === "published" && each.unread_feed],
    ["on_screen", (each) => each.state === "published" && Date.parse(each.from) <= nowMs],
    ["planned", (each) => each.state === "published"],
    ["refused", (each) => each.state === "refused"],
    ["draft", (each) => each.state === "draft"],
    ["over", (each) => each.state === "expired" || each.state === "withdrawn"],
    ["archived", (each) => each.state === "archived"],
  ];
  let left = [...notices];
  return sections.flatMap(([name, belongs]) => {
    const found = left.filter(belongs);
    left = left.filter((each) => !belongs(each));
    return found.length ? [{ name, notices: found }] : [];
  });
}

/**
 * The state of a notice as people read it: one that is published and whose feed cannot be read is not said to
 * be on screens.
 *
 * @param {{ state: string, unread_feed: Api.UnreadFeed | null }} notice
 * @returns {{ name: string, words: [string, { at?: string }] }}
 */
export function stateOf({ state, unread_feed: feed }, instant) {
  if (state !== "published" || !feed) return { name: state, words: [`notices.state.${state}`, {}] };
  const at = feed.read_at ?? "";
  return {
    name: "unread",
    words: at ? ["notices.state.unread", { at: instant(at) }] : ["notices.state.never_read", {}],
  };
}

/** The plain words of some HTML, for people to compare. */
export function plainWords(value) {
  if (typeof value !== "string") return value;
  return value
    .replace(/<\/(p|li|h3)>|<br>/g, "\n")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&nbsp;", "\u00a0")
    .replaceAll("&amp;", "&")
    .trim();
}

/**
 * The names of the texts that each language lacks, by language; a language that lacks nothing is left out.
 *
 * @param {Record<string, any>} content as typed
 * @param {string[]} languages French first
 * @returns {Record<string, string[]>}
 */
export function missingWords(content, languages) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const language of languages.slice(1)) {
    const lacks = (texts) => isWritten(texts?.fr) && !isWritten(texts[language]);
    const names = Object.entries(content)
      .filter(([, value]) =>
        Array.isArray(value)
          ? value.some((row) => Object.values(row ?? {}).some((texts) => lacks(texts)))
          : lacks(value),
      )
      .map(([name]) => name);
    if (names.length) found[language] = names;
  }
  return found;
}

/** Whether a text or a table says something; an empty editor holds marks alone. */
function isWritten(text) {
  if (Array.isArray(text)) return text.some(isWritten);
  return typeof text === "string" && text.replace(/<[^>]*>/g, "").trim() !== "";
}

/**
 * @typedef {"publish" | "propose" | "save" | "take_back" | "refuse" | "correct" | "withdraw" | "archive"
 *   } Press
 */

/**
 * The presses offered; `notice` null: a new one. `isDirty`: something typed is not saved. `mayPublish`: the
 * reader decides at every site that is ticked.
 *
 * @param {{ state: string, verbs: string[], is_mine: boolean, correction: unknown } | null} notice
 * @param {{ isDirty: boolean, mayPublish: boolean }} now
 * @returns {Press[]}
 */
export function pressesOf(notice, { isDirty, mayPublish }) {
  const onward = mayPublish ? "publish" : "propose";
  if (!notice) return [onward, "save"];
  const may = (/** @type {string} */ verb) => notice.verbs.includes(verb);
  const saved = /** @type {Press[]} */ (isDirty && may("edit") ? ["save"] : []);
  const put = /** @type {Press[]} */ (may("archive") ? ["archive"] : []);
  switch (notice.state) {
    case "draft":
    case "refused":
      return may("edit") ? [onward, ...saved, ...put] : put;
    case "submitted":
      if (!may("approve")) return may("take_back") ? ["take_back"] : [];
      return [onward, "refuse", ...(notice.is_mine ? /** @type {Press[]} */ (["take_back"]) : [])];
    case "approved":
      if (!may("publish")) return isDirty ? ["propose"] : [];
      return [onward, "refuse", ...put];
    case "published":
      return [
        ...(may("correct") && !notice.correction ? /** @type {Press[]} */ (["correct"]) : []),
        ...(may("withdraw") ? /** @type {Press[]} */ (["withdraw"]) : []),
      ];
    case "expired":
    case "withdrawn":
      return may("publish") ? [onward, ...put] : may("edit") ? ["propose"] : [];
    default:
      return [];
  }
}

/**
 * Whether what a notice says may be changed in the form. What waits for a decision is taken back first,
 * unless the reader decides.
 */
export const isEditable = (/** @type {{ state: string, verbs: string[] } | null} */ notice) =>
  !notice ||
  (notice.verbs.includes("edit") && (notice.state !== "submitted" || notice.verbs.includes("approve")));
