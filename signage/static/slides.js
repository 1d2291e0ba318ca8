// The pages of what the side of the screen shows: each item of the programme as DOM, measured so that nothing is cut.

import { directionOf } from "/assets/directions.js";
import { blockEnds, part, safeNodes, wordsIn } from "./rich_text.js";

const QUICKEST = { start: 1_500, word: 200 }; // of a page among others of one item

/**
 * Split words into pages that `fits(words)` allows, each at least a word, as full as they may be but for this: a page
 * that more than half fills before one of `ends` (counts of words after which a paragraph is over) ends there, and a
 * last page of a few words takes its share of the one before.
 */
export function pages(words, fits, ends = []) {
  const found = [];
  for (let from = 0; from < words.length; ) {
    const most = mostThatFit(words, from, fits);
    const inside = ends.filter((end) => end > from + most / 2 && end <= from + most);
    const to = from + most < words.length && inside.length ? Math.max(...inside) : from + most;
    found.push(words.slice(from, to));
    from = to;
  }
  return found.length ? withoutRest(found, fits, ends) : [[]];
}

function mostThatFit(words, from, fits) {
  let low = 1;
  let high = words.length - from;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(words.slice(from, from + middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The last two pages, shared evenly where the last one would be left with a few words of a paragraph. */
function withoutRest(found, fits, ends) {
  const [former, last] = found.slice(-2);
  const before = found.slice(0, -2);
  const isWhole = ends.includes(before.flat().length + (former?.length ?? 0));
  if (!last || isWhole || last.length * 3 >= former.length) return found;
  const both = [...former, ...last];
  const middle = Math.ceil(both.length / 2);
  const shared = [both.slice(0, middle), both.slice(middle)];
  return shared.every(fits) ? [...before, ...shared] : found;
}

/**
 * Build the pages of a content, measured in `box` (which is empty and seen by nobody), as `{element, reading}`:
 * `reading` is how long it takes at least to read it, in milliseconds.
 */
export function buildPages(box, content, words) {
  const build = BUILD[content.kind] ?? buildText;
  return build(box, content, words).map((element) => {
    const count = element.textContent.split(/\s+/).filter(Boolean).length;
    return { element, reading: QUICKEST.start + count * QUICKEST.word };
  });
}

const BUILD = { waits: buildWaits, text: buildText, priority_card: buildNotice, image: buildPicture, document: buildPicture, video: buildPicture, welcome: buildWelcome };

function buildWaits(box, content, words) {
  const head = () => withTitle("waits", content, content.title || words.say("ticket_now"));
  return linePages(box, head, content.lines.map((line) => waitLine(line, words)));
}

/** As many lines a page as fit under its title, at least one, with the `tail` below; a page of its own where it has no room. */
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
      slide.querySelectorAll(":scope > p").forEach((each) => each.remove()); // not even one line has room beside it
      isTailApart = true;
    }
    built.push(slide);
    left = left.slice(taken);
  } while (left.length);
  if (isTailApart) built.push(withTail(head(), tail));
  return built;
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
    const lines = rows.map((row) => (typeof row === "string" ? lineOf(null, null, row) : lineOf(row.label ?? row.title, row.delay ?? row.value, row.text)));
    const source = [content.source, content.on ? words.date(content.on) : null].filter(Boolean).join(", ");
    return linePages(box, () => withTitle("waits", content, content.title), lines, source ? [make("p", "waits-people", { dir: "auto" }, source)] : []);
  }
  return buildNotice(box, content, words);
}

function buildNotice(box, content, words) {
  const tag = words.say(`category_${content.category}`) || content.category || words.say("notice");
  const body = content.html ? safeNodes(content.html) : paragraphs(content.lines ?? [content.text ?? content.body ?? ""]);
  const whole = noticeSlide(content, tag, body);
  for (const size of ["large", "middle"]) {
    whole.dataset.size = size;
    if (fitsIn(box, whole)) return [whole];
  }
  const places = Array.from({ length: wordsIn(body) }, (_, at) => at);
  const pageSlide = (page) => noticeSlide(content, tag, part(body, page[0] ?? 0, (page.at(-1) ?? 0) + 1));
  return pages(places, (page) => fitsIn(box, pageSlide(page), "middle"), blockEnds(body)).map(pageSlide).map((slide) => {
    slide.dataset.size = "middle";
    return slide;
  });
}

function paragraphs(texts) {
  const box = make("div", "");
  box.append(...texts.map((text) => make("p", "", { dir: "auto" }, text)));
  return box;
}

function noticeSlide(content, tag, body) {
  const slide = make("div", "notice", { lang: content.language, dir: directionOf(content.language) });
  slide.dataset.kind = content.kind;
  slide.append(make("p", "notice-tag", { dir: "auto" }, tag));
  if (content.title) slide.append(make("h2", "notice-title", { dir: "auto" }, content.title));
  if (body.textContent) {
    const box = slide.appendChild(make("div", "notice-body", { dir: "auto" }));
    box.append(body.cloneNode(true));
  }
  return slide;
}

/** An image, a page of a document or a video: whole, never cropped; what it says is told to who cannot see it. */
function buildPicture(_box, content) {
  const slide = make("figure", "picture", { lang: content.language });
  const isVideo = content.kind === "video";
  const media = slide.appendChild(make(isVideo ? "video" : "img", "picture-media", isVideo ? { playsinline: "", preload: "auto" } : { alt: content.text ?? "" }));
  if (isVideo) {
    media.setAttribute("aria-label", content.text ?? "");
    media.muted = true;
    if (content.poster) media.poster = content.poster;
  }
  media.src = content.url;
  return [slide];
}

function buildWelcome(box, content, words) {
  const slide = make("div", "welcome", { lang: content.language });
  slide.append(make("p", "welcome-word", {}, words.say("welcome")));
  if (content.hall) slide.append(make("h2", "welcome-hall", {}, content.hall));
  return [slide];
}

function fitsIn(box, slide, size) {
  if (size) slide.dataset.size = size;
  box.replaceChildren(slide);
  const fits = box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
  box.replaceChildren();
  return fits;
}

/** Make an element with a class, attributes and text. */
export function make(tag, name, attributes = {}, text = null) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  return element;
}
