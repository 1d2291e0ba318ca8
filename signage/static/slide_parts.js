// What slides are made of: elements with text, their letters, and whether one has room in a box.

import { directionOf } from "/assets/directions.js";
import { hasRoom } from "./measuring.js";
import { bound, largestOf, sizesDown, SMALLEST_PX } from "./text_pages.js";

const USUAL_PX = 76;
const WIDE = 1.2; // width to height of a room where things stand side by side
const SHORT_CREDIT = 24; // characters that have room beside a code
const TWO_COLUMNS = 1_150; // px of a slide

/** The mark of one page of several, like « 1/3 ». */
export const pageMark = (text) => make("span", "page-mark", { dir: "ltr" }, text);

/**
 * The smallest px of a room that its last reader can read: letters of a room that has grown are larger by as
 * much.
 */
export function leastIn(box, atLeast = 0) {
  const px = (element) => Number.parseFloat(getComputedStyle(element).fontSize);
  const grown = px(box) / px(document.body);
  const least = Number.parseFloat(getComputedStyle(box).getPropertyValue("--least")) || 0;
  return Math.ceil(Math.max(least / grown, atLeast));
}

/**
 * The smallest px of a list or template in a room: `least` and 56 px of the whole screen, so fewer where the
 * letters of the room have grown.
 */
export function floorIn(box, { isLegible = true } = {}) {
  const px = (element) => Number.parseFloat(getComputedStyle(element).fontSize);
  const least = isLegible ? Number.parseFloat(getComputedStyle(box).getPropertyValue("--least")) || 0 : 0;
  return Math.ceil((Math.max(least, SMALLEST_PX) * px(document.body)) / px(box));
}

/** The sizes of letters to try in a room, the largest first. */
export const sizesIn = (box, largest = USUAL_PX) => sizesDown(largest, floorIn(box));

/** The slide in the largest of some sizes (the largest first) in which it has room; null for none. */
export function fitted(box, sizes, build) {
  const px = largestOf(sizes, (size) => (hasRoom(box, () => build(size)) ? size : null));
  return px === null ? null : build(px);
}

/**
 * A slide with the direction of its language, and the shape of its room: `wide` or `tall`; `large` where a
 * wide one has room for two columns of sentences.
 */
export function shapeOf(box, slide, language) {
  slide.setAttribute("dir", directionOf(language));
  const isWide = isWideRoom(box);
  slide.dataset.shape = isWide ? "wide" : "tall";
  if (isWide && box.clientWidth / unitOf(box) > TWO_COLUMNS) slide.dataset.room = "large";
  return slide;
}

/** Whether things stand side by side in a room. */
export const isWideRoom = (box) => box.clientWidth > box.clientHeight * WIDE;

/** The px of the page that one px of a slide’s letters has in a room. */
export const unitOf = (box) => Number.parseFloat(getComputedStyle(box).fontSize) / SMALLEST_PX;

/** A slide with its credit and its code to scan beside or below everything else. */
export function footed(slide, { credit, code }) {
  if (!credit && !code) return slide;
  const main = make("div", "slide-main");
  main.append(...slide.childNodes);
  slide.append(main);
  if (credit) slide.append(make("p", "slide-credit", { dir: "auto" }, credit));
  if (code) slide.append(make("img", "slide-code", { src: code, alt: "" }));
  slide.classList.add("is-footed");
  if (credit?.length > SHORT_CREDIT) slide.dataset.credit = "long";
  return slide;
}

/**
 * The pages that `build(content, isWholeOnly)` makes. A credit and a code to scan stand on the last page that
 * has room for them; else a code stands below the title on one more page, a credit on every page. `build`
 * answers null where it may make one page only and has more.
 */
export function withFoot(box, content, build) {
  if (!content.credit && !content.code) return build(content, false);
  const whole = build(content, true);
  if (whole) return whole;
  const pages = build({ ...content, credit: "", code: null, isPart: true }, false);
  for (const [at, page] of [...pages.entries()].toReversed()) {
    const footedPage = footedIn(box, page, content, { mayShrink: at === pages.length - 1 });
    if (footedPage) return numbered(pages.with(at, footedPage));
  }
  return content.code
    ? numbered([...pages, codePage(box, content, textPx(pages.at(-1)))])
    : build(content, false);
}

/** A page with a credit and a code, where it may in smaller letters that give them room; null for none. */
function footedIn(box, page, content, { mayShrink }) {
  if (page.dataset.forced) return null;
  const px = textPx(page);
  const sizes = [px, ...(mayShrink ? sizesIn(box).filter((size) => size < px) : [])];
  return fitted(box, sizes, (size) => {
    const slide = /** @type {HTMLElement} */ (page.cloneNode(true));
    slide.style.setProperty("--text", String(size));
    return footed(slide, content);
  });
}

/** A title with its code to scan and the credit, in letters of at most `most` px. */
function codePage(box, content, most) {
  const pageOf = (px) => {
    const slide = shapeOf(box, make("div", "feature", { lang: content.language }), content.language);
    slide.style.setProperty("--text", String(px));
    Object.assign(slide.dataset, { kind: "foot", tight: "yes" });
    const head = slide.appendChild(titleOf("feature-title", content.title));
    head.append(" ", pageMark("9/9"));
    return footed(slide, content);
  };
  const page = fitted(box, sizesIn(box, most), pageOf);
  if (page) return page;
  const forced = pageOf(floorIn(box, { isLegible: false }));
  forced.dataset.forced = "yes";
  return forced;
}

/**
 * Say on each of several pages which one it is. A single one loses the mark it was measured with; `isPart`:
 * it keeps it, for others may follow.
 */
export function numbered(slides, { isPart = false } = {}) {
  if (slides.length < 2 && !isPart) slides[0]?.querySelector(".page-mark")?.remove();
  if (slides.length > 1)
    slides.forEach((slide, at) => {
      slide.dataset.page = String(at + 1);
      const text = `${at + 1}/${slides.length}`;
      const mark = slide.querySelector(".page-mark");
      const place = slide.querySelector(".notice-head, .waits-title, .feature-title") ?? slide;
      if (mark) mark.textContent = text;
      else place.append(" ", pageMark(text));
    });
  return slides;
}

/**
 * Rows in as few parts as have room, `fits(part)`, at least one row each; the parts about as long as each
 * other.
 */
export function evenRows(rows, fits) {
  const parts = cutRows(rows, fits, rows.length);
  const even = cutRows(rows, fits, Math.ceil(rows.length / parts.length));
  return even.length === parts.length ? even : parts;
}

function cutRows(rows, fits, most) {
  const parts = [];
  for (let from = 0; from < rows.length;) {
    let to = from + 1;
    while (to < rows.length && to - from < most && fits(rows.slice(from, to + 1))) to += 1;
    parts.push(rows.slice(from, to));
    from = to;
  }
  return parts.length ? parts : [[]];
}

/** The px of a slide’s letters. */
export const textPx = (slide) => Number(slide.style.getPropertyValue("--text"));

/** An element with children. */
export function appended(element, ...children) {
  element.append(...children);
  return element;
}

/**
 * Make an element with a class, attributes and text, of which no line parts a number from its unit.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [name]
 * @param {Record<string, string>} [attributes]
 * @param {string | null} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, name, attributes = {}, text = null) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = bound(text);
  return element;
}

const COMPOUND = /([\p{L}\p{N}]+(?:[-\u2010][\p{L}\p{N}]+)+)/u;

/** A title, of which no line parts « centre-ville » or « Château-Thierry » while it has room for it. */
export function titleOf(name, text) {
  const title = make("h2", name, { dir: "auto" });
  const pieces = bound(text).split(COMPOUND);
  title.append(...pieces.map((piece, at) => (at % 2 ? make("span", "compound", {}, piece) : piece)));
  return title;
}

const SVG = "http://www.w3.org/2000/svg";
/** @type {Record<string, string>} */
const NOT_HEARD = { "aria-hidden": "true" };

/** A sign of the page (`#sign-NAME`), hidden from who hears the page unless its attributes name it. */
export function signOf(name, className = "icon", attributes = NOT_HEARD) {
  const sign = document.createElementNS(SVG, "svg");
  const all = { class: className, viewBox: "0 0 24 24", ...attributes };
  for (const [key, value] of Object.entries(all)) sign.setAttribute(key, value);
  sign.appendChild(document.createElementNS(SVG, "use")).setAttribute("href", `#sign-${name}`);
  return sign;
}
