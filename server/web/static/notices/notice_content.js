// The content of a notice, as an object that form fields are read into and filled from. Pure.

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
