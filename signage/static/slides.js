// The pages of what the side of the screen shows: each item of the programme as DOM, measured so that nothing
// is cut.

import { directionOf } from "/assets/directions.js";
import { buildPicture } from "./picture_slides.js";
import { bindAll, cutPlaces, part, safeNodes } from "./rich_text.js";
import { fitsIn, leastIn, make, pageMark } from "./slide_parts.js";
import { pagesOf, readingMs, textSizes } from "./text_pages.js";

const PRIORITY_PX = 64;
const LARGEST_TITLE = 0.45; // of the height of its room, where smaller letters help

/**
 * Build the pages of a content, measured in `box` (which is empty and invisible), as `{element, reading,
 * isForced}`: `reading` is the least time to read it, in milliseconds; `isForced`: a sentence has no room on
 * one page.
 */
export function buildPages(box, content, words) {
  const build = BUILD[content.kind] ?? buildText;
  return build(box, content, words).map((element) => {
    const count = element.textContent.split(/\s+/).filter(Boolean).length;
    return { element, reading: readingMs(count), isForced: element.dataset.forced === "yes" };
  });
}

const BUILD = {
  waits: buildWaits,
  text: buildText,
  priority_card: buildNotice,
  image: buildPicture,
  document: buildPicture,
  video: buildPicture,
  welcome: buildWelcome,
};

function buildWaits(box, content, words) {
  const head = () => withTitle("waits", content, content.title || words.say("ticket_now"));
  return linePages(
    box,
    head,
    content.lines.map((line) => waitLine(line, words)),
  );
}

/**
 * As many lines a page as fit under its title, at least one, with the `tail` below; a page of its own where
 * it has no room.
 */
function linePages(box, head, lines, tail = []) {
  const built = [];
  let left = lines;
  let isTailApart = false;
  do {
    const slide = head();
    const list = slide.appendChild(make("ul", "waits-lines"));
    withTail(slide, tail);
    let taken = 0;
    for (const line of left) {
      list.append(line);
      if (taken && !fitsIn(box, slide)) {
        line.remove();
        break;
      }
      taken += 1;
    }
    if (taken === 1 && tail.length && !fitsIn(box, slide)) {
      // not even one line has room beside it
      slide.querySelectorAll(":scope > p").forEach((each) => each.remove());
      isTailApart = true;
    }
    built.push(slide);
    left = left.slice(taken);
  } while (left.length);
  if (isTailApart) built.push(withTail(head(), tail));
  return numbered(built, (slide) => slide.querySelector(".waits-title") ?? slide);
}

/** Say on each of several pages which one it is, at the end of `placeOf(page)`. */
function numbered(slides, placeOf) {
  if (slides.length < 2) return slides;
  slides.forEach((slide, at) => {
    slide.dataset.page = String(at + 1);
    placeOf(slide).append(" ", pageMark(`${at + 1}/${slides.length}`));
  });
  return slides;
}

const withTail = (slide, tail) => {
  slide.append(...tail.map((each) => each.cloneNode(true)));
  return slide;
};

const withTitle = (name, content, title) => {
  const slide = make("div", name, { lang: content.language, dir: directionOf(content.language) });
  if (title) slide.append(make("h2", "waits-title", { dir: "auto" }, title));
  return slide;
};

function waitLine(line, words) {
  const wait = words.wait(line.wait, line.why_no_wait);
  return lineOf(line.name, wait, line.waiting ? words.count("people", line.waiting) : null);
}

function lineOf(name, value, more) {
  const item = make("li", "waits-line");
  if (name) item.append(make("p", "waits-name", { dir: "auto" }, name));
  if (value) item.append(make("p", "waits-range", { dir: "auto" }, value));
  if (more) item.append(make("p", "waits-people", { dir: "auto" }, more));
  return item;
}

/** Texts of every other kind: lines where there are some, otherwise a rich text, or a plain one. */
function buildText(box, content, words) {
  const rows = content.rows ?? content.entries ?? content.lines;
  if (Array.isArray(rows)) {
    const lines = rows.map((row) =>
      typeof row === "string"
        ? lineOf(null, null, row)
        : lineOf(row.label ?? row.title, row.delay ?? row.value, row.text),
    );
    const source = [content.source, content.on ? words.date(content.on) : null].filter(Boolean).join(", ");
    return linePages(
      box,
      () => withTitle("waits", content, content.title),
      lines,
      source ? [make("p", "waits-people", { dir: "auto" }, source)] : [],
    );
  }
  return buildNotice(box, content, words);
}

/**
 * A text whole, in the largest letters in which it has room; or cut at the ends of sentences and items, in
 * the smallest
 * that the last reader can read. Only a sentence that has no room on a page of its own is written smaller,
 * then cut.
 */
function buildNotice(box, content, words) {
  const tag = words.say(`category_${content.category}`) || content.category || words.say("notice");
  const body = content.html
    ? safeNodes(content.html)
    : paragraphs(content.lines ?? [content.text ?? content.body ?? ""]);
  bindAll(body);
  const draft = { content, tag };
  const { legible, smaller } = textSizes(leastIn(box, content.kind === "priority_card" ? PRIORITY_PX : 0));
  const places = cutPlaces(body);
  for (const px of legible) {
    const whole = noticeSlide({ ...draft, px, title: titleSize(box, draft, px) }, body);
    if (fitsIn(box, whole)) return [whole];
  }
  const sizes = [legible.at(-1), ...smaller];
  for (const px of sizes) {
    const pages = cutIn(box, { ...draft, px, title: titleSize(box, draft, px) }, body, {
      places,
      levels: [places.sentences, places.items],
    });
    if (pages) return pages;
  }
  const px = sizes.at(-1);
  const forced = { ...draft, px, title: titleSize(box, draft, px), isForced: true };
  return cutIn(box, forced, body, {
    places,
    levels: [places.sentences, places.items, places.clauses, places.words],
  });
}

/** Pages of a body that end at places of the levels; null where one would have to end elsewhere. */
function cutIn(box, draft, body, { places, levels }) {
  const slideOf = ([from, to], mark) => noticeSlide({ ...draft, mark }, part(body, from, to));
  const fits = (from, to) => fitsIn(box, slideOf([from, to], "9/9"));
  const { blocks } = places;
  const pages = pagesOf(places.count, fits, levels, { blocks, isForced: draft.isForced });
  return (
    pages &&
    pages.map((page, at) => {
      const slide = slideOf(page, pages.length > 1 ? `${at + 1}/${pages.length}` : null);
      if (pages.length > 1) slide.dataset.page = String(at + 1);
      return slide;
    })
  );
}

/** The px of a title over letters of `px`: the largest that leaves room for the text. */
function titleSize(box, draft, px) {
  const sizes = [
    ...new Set([Math.max(Math.round(px * 1.15), 64), Math.max(px, 64), px, ...textSizes(0, px).legible]),
  ].sort((one, other) => other - one);
  const right = sizes.find((title) =>
    fitsIn(box, noticeSlide({ ...draft, px, title }, document.createElement("div")), LARGEST_TITLE),
  );
  return right ?? sizes.at(-1);
}

function paragraphs(texts) {
  const box = make("div", "");
  box.append(...texts.map((text) => make("p", "", { dir: "auto" }, text)));
  return box;
}

/**
 * @param {{ content: any, tag: string, px: number, title: number, mark?: string, isForced?: boolean }} draft
 * @param {Node} body
 */
function noticeSlide({ content, tag, px, title, mark, isForced }, body) {
  const slide = make("div", "notice", { lang: content.language, dir: directionOf(content.language) });
  slide.dataset.kind = content.kind;
  if (isForced) slide.dataset.forced = "yes";
  slide.style.setProperty("--text", String(px));
  slide.style.setProperty("--title", String(title));
  const head = slide.appendChild(make("div", "notice-head"));
  head.append(make("p", "notice-tag", { dir: "auto" }, tag));
  if (mark) head.append(pageMark(mark));
  if (content.title) slide.append(make("h2", "notice-title", { dir: "auto" }, content.title));
  if (body.textContent) {
    const box = slide.appendChild(make("div", "notice-body", { dir: "auto" }));
    box.append(body.cloneNode(true));
  }
  return slide;
}

function buildWelcome(box, content, words) {
  const slide = make("div", "welcome", { lang: content.language });
  slide.append(make("p", "welcome-word", {}, words.say("welcome")));
  if (content.hall) slide.append(make("h2", "welcome-hall", {}, content.hall));
  return [slide];
}
