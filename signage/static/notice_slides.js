// A text as slides: whole where it has room, else cut at the ends of sentences and items.

import { hasRoom } from "./measuring.js";
import { bindAll, cutPlaces, part, safeNodes } from "./rich_text.js";
import {
  appended,
  footed,
  leastIn,
  make,
  numbered,
  pageMark,
  shapeOf,
  titleOf,
  withFoot,
} from "./slide_parts.js";
import { largestOf, pagesOf, textSizes } from "./text_pages.js";

const PRIORITY_PX = 64;
const LARGEST_TITLE = 0.45; // of the height of its room, where smaller letters help

/**
 * A text whole, in the largest letters in which it has room; or cut at the ends of sentences and items, in
 * the smallest that the last reader can read. Only a sentence that has no room on a page of its own is
 * written smaller, then cut. `isLater`: pages of something else come before it.
 */
export const buildTextPages = (box, content, words, { isLater = false } = {}) =>
  withFoot(box, content, (shown, isWholeOnly) => textPages(box, shown, words, { isLater, isWholeOnly }));

function textPages(box, content, words, { isLater, isWholeOnly }) {
  const tag = words.say(`category_${content.category}`) || content.category || words.say("notice");
  const body = content.html
    ? safeNodes(content.html)
    : paragraphs(content.lines ?? [content.text ?? content.body ?? ""]);
  bindAll(body);
  const { legible, smaller } = textSizes(leastIn(box, content.kind === "priority_card" ? PRIORITY_PX : 0));
  const draft = { content, tag, isLater, smaller, mark: isLater || content.isPart ? "9/9" : null };
  const places = cutPlaces(body);
  const sized = (px) => ({ ...draft, px, title: titleSize(box, draft, px) });
  const whole = largestOf(legible, (px) => {
    const one = sized(px);
    return hasRoom(box, () => noticeSlide(box, one, body)) ? one : null;
  });
  if (whole) return numbered([noticeSlide(box, whole, body)], { isPart: Boolean(draft.mark) });
  if (isWholeOnly) return null;
  const cut = (one, levels) => cutIn(box, one, body, { places, levels });
  const ends = [places.sentences, places.items];
  const sizes = [legible.at(-1), ...smaller];
  return (
    largestOf(sizes, (px) => cut(sized(px), ends)) ??
    cut({ ...sized(sizes.at(-1)), isForced: true }, [...ends, places.clauses, places.words])
  );
}

/** Pages of a body that end at places of the levels; null where one would have to end elsewhere. */
function cutIn(box, draft, body, { places, levels }) {
  const slideOf = ([from, to], mark) => noticeSlide(box, { ...draft, mark }, part(body, from, to));
  const fits = (from, to) => hasRoom(box, () => slideOf([from, to], "9/9"));
  const { blocks } = places;
  const pages = pagesOf(places.count, fits, levels, { blocks, isForced: draft.isForced });
  return (
    pages &&
    numbered(
      pages.map((page) => slideOf(page, "9/9")),
      { isPart: Boolean(draft.mark) },
    )
  );
}

/** The px of a title over letters of `px`: the largest that leaves room for the text. */
function titleSize(box, draft, px) {
  const sizes = [
    ...new Set([Math.max(Math.round(px * 1.15), 64), Math.max(px, 64), px, ...textSizes(0, px).legible]),
  ].sort((one, other) => other - one);
  const empty = document.createElement("div");
  const slideOf = (title) => noticeSlide(box, { ...draft, px, title }, empty);
  const tried = (title) => (hasRoom(box, () => slideOf(title), LARGEST_TITLE) ? title : null);
  return largestOf(sizes, tried) ?? sizes.at(-1);
}

function paragraphs(texts) {
  const box = make("div", "");
  box.append(...texts.map((text) => make("p", "", { dir: "auto" }, text)));
  return box;
}

/**
 * @param {HTMLElement} box
 * @param {{ content: any, tag: string, px: number, title: number, mark?: string | null,
 *   smaller: number[], isLater?: boolean, isForced?: boolean }} draft
 * @param {Node} body
 */
function noticeSlide(box, { content, tag, px, title, mark, smaller, isLater, isForced }, body) {
  const slide = shapeOf(box, make("div", "notice", { lang: content.language }), content.language);
  slide.dataset.kind = content.kind;
  if (isForced) slide.dataset.forced = "yes";
  if (smaller.includes(px)) slide.dataset.small = "yes";
  slide.style.setProperty("--text", String(px));
  slide.style.setProperty("--title", String(title));
  const head = make("div", "notice-head");
  const name = titleOf("notice-title", content.title ?? "");
  const marks = mark ? [pageMark(mark)] : [];
  if (isLater && content.title) name.append(" ", ...marks);
  else
    slide.append(
      appended(head, ...(isLater ? [] : [make("p", "notice-tag", { dir: "auto" }, tag)]), ...marks),
    );
  if (content.title) slide.append(name);
  if (body.textContent) {
    slide.appendChild(make("div", "notice-body", { dir: "auto" })).append(body.cloneNode(true));
  }
  return footed(slide, content);
}
