// The content of a notice, as an object that form fields are read into and filled from. Pure.

const CREDITS = { name: "credits", as: "line" };
const MEANING = 120; // characters
const DESCRIBED_HERE = { name: "texts", as: "lines", label: "described_here" };

/**
 * Which fields of words a kind has besides its title, each in every language: its name, how it is written
 * (`line`, `lines` or `rich`), the most characters where they are not 80 a line and 240 of several, and
 * its label where it is not that of the name.
 *
 * @type {Record<string, { name: string, as: string, most?: number, label?: string }[]>}
 */
export const WORDS_OF = {
  text: [{ name: "bodies", as: "rich" }, CREDITS],
  image: [CREDITS, DESCRIBED_HERE],
  video: [CREDITS, DESCRIBED_HERE],
  document: [CREDITS, DESCRIBED_HERE],
  date: [{ name: "places", as: "line" }, { name: "details", as: "lines" }, CREDITS],
  figure: [
    { name: "figures", as: "line", most: 12 },
    { name: "units", as: "line", most: 24 },
    { name: "meanings", as: "lines", most: MEANING },
    { name: "sources", as: "line" },
    CREDITS,
  ],
  steps: [CREDITS],
  feed: [CREDITS],
  delays: [{ name: "sources", as: "line" }, CREDITS],
  hours: [CREDITS],
  busy_hours: [CREDITS],
  results: [CREDITS],
  asked_and_done: [{ name: "asked", as: "lines" }, { name: "done", as: "lines" }, CREDITS],
  priority_card: [{ name: "texts", as: "lines" }, CREDITS],
  waits: [CREDITS],
};

/**
 * Which other fields a kind has: `period` is two days with or without hours, `steps` and `rows` are lists of
 * parts, `medium` one of the library, `day` and `address` one value. An address to scan (`link`) is every
 * kind’s.
 *
 * @type {Record<string, { name: string, as: string }[]>}
 */
export const PARTS_OF = {
  image: [
    { name: "medium", as: "medium" },
    { name: "focus", as: "focus" },
  ],
  video: [{ name: "medium", as: "medium" }],
  document: [{ name: "medium", as: "medium" }],
  date: [{ name: "happens", as: "period" }],
  figure: [{ name: "stands_on", as: "day" }],
  steps: [{ name: "steps", as: "steps" }],
  feed: [{ name: "url", as: "address" }],
  delays: [
    { name: "rows", as: "rows" },
    { name: "stands_on", as: "day" },
  ],
};

const SHARED = ["titles", "category", "targets", "validity", "dayparts", "when", "ms", "link"];

/** What the server takes: without fields of another kind, empty texts, a condition without a queue. */
export function cleaned(content) {
  const own = [...WORDS_OF[content.kind], ...(PARTS_OF[content.kind] ?? [])].map(({ name }) => name);
  const kept = { kind: content.kind };
  for (const name of [...SHARED, ...own])
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
