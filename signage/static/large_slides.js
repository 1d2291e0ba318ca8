// Templates of notices with one thing that takes all the room it finds: the days left, a code to scan.

import { capital, featurePages, leafOf, leavesOf, listPages } from "./feature_slides.js";
import { hasRoom } from "./measuring.js";
import { buildTextPages } from "./notice_slides.js";
import { appended, floorIn, make, numbered, pageMark, shapeOf, sizesIn, withFoot } from "./slide_parts.js";
import { largestOf, SMALLEST_PX } from "./text_pages.js";

const WORD = 1.05; // width of a letter of a word, in digits

/** How many days are left, today; the day itself where nobody has words for that in its language. */
function buildCountdown(box, content, words) {
  const { count, details, today } = content;
  if (!count) return null;
  const { weekday, day, month } = count.day;
  const date = [[weekday, day, month].join(" "), count.hours].filter(Boolean).join(", ");
  const left = count.counted.find(({ on }) => on === today);
  const hero = left ? leftOf(left) : leafOf(count.day);
  const when = make("p", "feature-hours", { dir: "auto" }, left ? date : capital(count.hours));
  const more = details ? [make("p", "feature-more", { dir: "auto" }, details)] : [];
  const plain = [left?.words, date, details].filter(Boolean);
  return withFoot(box, content, (shown, isWholeOnly) =>
    featurePages(box, shown, { hero, words, isWholeOnly, plain }, [
      { texts: [when, ...more], rest: [] },
      { texts: [when], rest: [details] },
    ]),
  );
}

/** What closes, when, its hours of these days in large, and why. */
function buildClosure(box, content, words) {
  const { days, opens, subject, reason } = content;
  if (!days) return null;
  const hours = opens ? [make("p", "closure-hours", { dir: "auto" }, opens)] : [];
  const what = subject ? [make("p", "feature-place", { dir: "auto" }, subject)] : [];
  const why = make("p", "feature-more", { dir: "auto" }, reason);
  const leaves = [days.first, days.last].filter(Boolean).map((day) => Object.values(day).join(" "));
  const plain = [leaves.join(" – "), opens, subject, reason].filter(Boolean);
  return withFoot(box, content, (shown, isWholeOnly) =>
    featurePages(box, shown, { hero: leavesOf(days), words, isWholeOnly, plain }, [
      { texts: [...hours, ...what, why], rest: [] },
      { texts: [...hours, ...what], rest: [reason] },
    ]),
  );
}

/** « encore 31 jours » with its number in large; « demain » as it is. */
function leftOf({ words, number }) {
  const [before, after = ""] = number ? words.split(number) : ["", ""];
  const large = number || capital(words);
  const hero = appended(
    make("p", "count-left", { dir: "auto" }),
    make("span", "count-word", {}, capital(before.trim())),
    " ",
    make("b", "count-number", {}, large),
    " ",
    make("span", "count-word", {}, after.trim()),
  );
  hero.dataset.length = String(number ? number.length : large.length * WORD);
  return hero;
}

const LARGEST_PX = 100;
const LEAST_SHARE = 0.4; // of the narrower side of its room
const STEPS = 20; // sizes of a code to try
const WORDS_SHARE = 0.88; // what a code gives up for larger words
const SCANNED_FROM_M = 3; // with modules of `module_px`, px of the whole screen

/**
 * A code as large as its words leave it room, its address below in letters. `data-near`: from how many metres
 * it is scanned, where that is nearer than it should be.
 */
function buildCode(box, content, words) {
  const { details, code, address } = content;
  if (!address || !code) return null;
  const one = codePage(box, content);
  if (one) return [one];
  const first = codePage(box, { ...content, details: "", isPart: true });
  const rest = buildTextPages(box, { ...content, code: null, lines: [details] }, words, { isLater: true });
  return first ? numbered([first, ...rest]) : buildTextPages(box, { ...content, lines: [details] }, words);
}

/** The page with the code, in the largest letters that leave it its room; null where it has none. */
function codePage(box, content) {
  const { code, module_px: least } = content;
  const side = Math.min(box.clientWidth, box.clientHeight);
  const widths = Array.from({ length: STEPS }, (_, step) =>
    Math.floor(side * (1 - (step * (1 - LEAST_SHARE)) / (STEPS - 1))),
  );
  const fits = (px, width) => hasRoom(box, () => codeSlide(box, content, { px, width }));
  const widest = (px) => largestOf(widths, (width) => (fits(px, width) ? width : null));
  const sizes = sizesIn(box, LARGEST_PX);
  const most = widest(sizes.at(-1));
  if (most === null) return null;
  const [, modules] = /viewBox='0 0 (\d+)/.exec(code) ?? [];
  const pagePx = Number.parseFloat(getComputedStyle(document.body).fontSize) / SMALLEST_PX;
  const needed = least * Number(modules) * pagePx;
  const enough = Math.min(most, Math.max(most * WORDS_SHARE, needed));
  const px = largestOf(sizes, (size) => (fits(size, enough) ? size : null)) ?? sizes.at(-1);
  const width = widest(px) ?? enough;
  const slide = codeSlide(box, content, { px, width });
  if (width < needed) slide.dataset.near = ((SCANNED_FROM_M * width) / needed).toFixed(1);
  return slide;
}

function codeSlide(box, { title, details, code, address, credit, language, isPart }, { px, width }) {
  const slide = shapeOf(box, make("div", "feature", { lang: language }), language);
  slide.dataset.kind = "code";
  slide.style.setProperty("--text", String(px));
  slide.style.setProperty("--code", `${width}px`);
  const mark = isPart ? [" ", pageMark("9/9")] : [];
  return appended(
    slide,
    appended(
      make("div", "feature-words"),
      ...(title ? [appended(make("h2", "feature-title", { dir: "auto" }, title), ...mark)] : []),
      ...(details ? [make("p", "feature-says", { dir: "auto" }, details)] : []),
      ...(credit ? [make("p", "slide-credit", { dir: "auto" }, credit)] : []),
    ),
    appended(
      make("div", "scan"),
      make("img", "scan-code", { src: code, alt: "" }),
      make("p", "scan-address", { dir: "ltr" }, shortAddress(address)),
    ),
  );
}

const LONGEST_ADDRESS = 44; // characters; of a longer one the place alone

/** An address as one types it; a line ends after a slash, never after a hyphen. */
function shortAddress(address) {
  const short = address.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  const typed = short.length > LONGEST_ADDRESS ? short.split("/")[0] : short;
  return typed.replaceAll("-", "-\u2060").replaceAll("/", "/\u200b");
}

const TABLES = ["table is-whole", "table"]; // without and with words that are parted
const NUMBER = /^[\d\s.,]+\s?\S{0,3}$/;
/** @type {["th" | "td", Record<string, string>][]} */
const [HEAD, NAME, CELL] = [
  ["th", { scope: "col" }],
  ["th", { scope: "row" }],
  ["td", {}],
];

/**
 * A table with its heads on each page; where its columns have no room beside each other, each row as an entry
 * that names them.
 */
function buildTable(box, content, words) {
  if (!content.table) return null;
  const [heads, ...rows] = content.table;
  const isNumber = heads.map((_, at) => rows.every((row) => NUMBER.test(row[at])));
  const cellOf = ([tag, scope], text, at) =>
    make(tag, isNumber[at] ? "is-number" : "", { dir: "auto", ...scope }, text);
  const head = appended(make("tr"), ...heads.map((text, at) => cellOf(HEAD, text, at)));
  const lines = rows.map((row) =>
    appended(make("tr"), ...row.map((text, at) => cellOf(at ? CELL : NAME, text, at))),
  );
  const listOf = (some) =>
    appended(
      make("table"),
      appended(make("thead"), head.cloneNode(true)),
      appended(make("tbody"), ...some.map((line) => line.cloneNode(true))),
    );
  const name = TABLES.find((each) => hasRoom(box, () => sampleOf(box, listOf(lines), each)));
  const entries = rows.map((row) => entryOf(heads, row));
  const plain = entries.map((entry) => entry.textContent);
  const look = name ? { name, listOf } : { name: "entries" };
  return withFoot(box, content, (shown, isWholeOnly) =>
    listPages(box, shown, name ? lines : entries, { ...look, isWholeOnly, words, plain }),
  );
}

/** A table in the smallest letters, without a height: only one that is too wide has no room. */
function sampleOf(box, table, name) {
  table.className = name;
  const slide = make("div", "feature sample");
  slide.style.setProperty("--text", String(floorIn(box)));
  return appended(slide, table);
}

function entryOf(heads, [first, ...cells]) {
  const parts = cells.map((cell, at) =>
    appended(
      make("p", "entry-cell", { dir: "auto" }),
      make("span", "entry-head", {}, heads[at + 1]),
      " ",
      make("b", "", {}, cell),
    ),
  );
  return appended(make("div", "entry"), make("p", "entry-name", { dir: "auto" }, first), " ", ...parts);
}

/** How each of these kinds is built. */
export const LARGE = {
  closure: buildClosure,
  countdown: buildCountdown,
  code: buildCode,
  table: buildTable,
};
