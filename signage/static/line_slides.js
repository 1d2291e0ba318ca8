// Lists and tables as slides: waits, delays, entries of a feed, lines. As many rows a page as have room, in
// the largest letters that leave them room on one.

import { buildTextPages } from "./notice_slides.js";
import { hasRoom } from "./measuring.js";
import {
  appended,
  evenRows,
  fitted,
  floorIn,
  footed,
  make,
  numbered,
  pageMark,
  shapeOf,
  sizesIn,
  withFoot,
} from "./slide_parts.js";

/** The waits of each service, live. */
export function buildWaits(box, content, words) {
  const lines = content.lines.map((line) => {
    const wait = words.wait(line.wait, line.why_no_wait);
    return lineOf(line.name, wait, line.waiting ? words.count("people", line.waiting) : null);
  });
  return linePages(box, { ...content, title: content.title || words.say("ticket_now") }, lines, {
    words,
    isTable: true,
  });
}

/** Rows of a table, entries of a feed, or plain lines. */
export function buildLines(box, content, words) {
  const rows = content.rows ?? content.entries ?? content.lines;
  const lines = rows.map((row) =>
    typeof row === "string"
      ? lineOf(null, null, row)
      : lineOf(row.label ?? row.title, row.delay ?? row.value, row.text),
  );
  return linePages(box, content, lines, {
    words,
    isTable: Boolean(content.rows),
    source: sourceOf(content),
  });
}

/** Who says it, and on which date, in the language of the content; null for neither. */
export function sourceOf({ source, on, language }) {
  const date = on && new Intl.DateTimeFormat(`${language}-u-nu-latn`, { dateStyle: "long", timeZone: "UTC" });
  return [source, date ? date.format(Date.parse(on)) : null].filter(Boolean).join(", ") || null;
}

function lineOf(name, value, more) {
  const item = make("li", "waits-line");
  if (name) item.append(make("p", "waits-name", { dir: "auto" }, name), " ");
  if (value) item.append(make("p", "waits-range", { dir: "auto" }, value), " ");
  if (more) item.append(make("p", "waits-people", { dir: "auto" }, more));
  return item;
}

/**
 * All lines on one page in the largest letters that have room there; else as many a page as fit in the
 * smallest that the last reader can read, the pages about as full as each other; as plain text where not even
 * one line has room.
 */
const linePages = (box, content, lines, look) =>
  withFoot(box, content, (shown, isWholeOnly) => pagesOfLines(box, shown, lines, { ...look, isWholeOnly }));

function pagesOfLines(box, content, lines, { words, isTable = false, source = null, isWholeOnly }) {
  const slideOf = (px, some, mark = "") => {
    const slide = make("div", "waits", { lang: content.language });
    shapeOf(box, slide, content.language);
    slide.style.setProperty("--text", String(px));
    if (content.title) {
      const title = slide.appendChild(make("h2", "waits-title", { dir: "auto" }, content.title));
      if (mark || content.isPart) title.append(" ", pageMark("9/9"));
    }
    slide.append(listOf(some, isTable));
    if (source) slide.append(make("p", "waits-source", { dir: "auto" }, source));
    return footed(slide, content);
  };
  const whole = fitted(box, sizesIn(box), (px) => slideOf(px, lines));
  if (whole) return numbered([whole]);
  if (isWholeOnly) return null;
  const px = floorIn(box);
  const parts = evenRows(lines, (some) => hasRoom(box, () => slideOf(px, some, "9/9")));
  const pages = parts.map((some) => slideOf(px, some, "9/9"));
  if (pages.every((slide) => hasRoom(box, () => slide))) return numbered(pages);
  const plain = lines.map(partsOf);
  if (source) plain.push([plain.pop(), source].join(" · ")); // never on a page of its own
  return buildTextPages(box, { ...content, lines: plain }, words);
}

/** The parts of a line in one row of plain text. */
const partsOf = (line) => Array.from(line.children, (part) => part.textContent).join(" · ");

function listOf(lines, isTable) {
  return appended(
    make("ul", isTable ? "waits-lines is-table" : "waits-lines"),
    ...lines.map((line) => line.cloneNode(true)),
  );
}
