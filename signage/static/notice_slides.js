// A text as slides: whole where it has room, else cut at the ends of sentences and items.

import { bindAll, cutPlaces, part, safeNodes } from "./rich_text.js";
import { fitsIn, footed, leastIn, make, numbered, pageMark, shapeOf, withFoot } from "./slide_parts.js";
import { pagesOf, textSizes } from "./text_pages.js";

const PRIORITY_PX = 64;
const LARGEST_TITLE = 0.45; // of the height of its room, where smaller letters help

/**
 * A text whole, in the largest letters in which it has room; or cut at the ends of sentences and items, in
 * the smallest
 * that the last reader can read. Only a sentence that has no room on a page of its own is written smaller,
 * then cut. `isPart`: pages of something else come before it.
 */
export const buildTextPages = (box, content, words, { isPart = false } = {}) =>
  withFoot(box, content, (shown, isWholeOnly) => textPages(box, shown, words, { isPart, isWholeOnly }));

function textPages(box, content, words, { isPart, isWholeOnly }) {
  const tag = words.say(`category_${content.category}`) || content.category || words.say("notice");
  const body = content.html
    ? safeNodes(content.html)
    : paragraphs(content.lines ?? [content.text ?? content.body ?? ""]);
  bindAll(body);
  const draft = { content, tag, mark: isPart || content.isPart ? "9/9" : null };
  const { legible, smaller } = textSizes(leastIn(box, content.kind === "priority_card" ? PRIORITY_PX : 0));
  const places = cutPlaces(body);
  for (const px of legible) {
    const whole = noticeSlide(box, { ...draft, px, title: titleSize(box, draft, px) }, body);
    if (fitsIn(box, whole)) return numbered([whole], { isPart: Boolean(draft.mark) });
  }
  if (isWholeOnly) return null;
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
  const slideOf = ([from, to], mark) => noticeSlide(box, { ...draft, mark }, part(body, from, to));
  const fits = (from, to) => fitsIn(box, slideOf([from, to], "9/9"));
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
  const right = sizes.find((title) =>
    fitsIn(box, noticeSlide(box, { ...draft, px, title }, document.createElement("div")), LARGEST_TITLE),
  );
  return right ?? sizes.at(-1);
}

function paragraphs(texts) {
  const box = make("div", "");
  box.append(...texts.map((text) => make("p", "", { dir: "auto" }, text)));
  return box;
}

/**
 * @param {HTMLElement} box
 * @param {{ content: any, tag: string, px: number, title: number, mark?: string | null,
 *   isForced?: boolean }} draft
 * @param {Node} body
 */
function noticeSlide(box, { content, tag, px, title, mark, isForced }, body) {
  const slide = shapeOf(box, make("div", "notice", { lang: content.language }), content.language);
  slide.dataset.kind = content.kind;
  if (isForced) slide.dataset.forced = "yes";
  slide.style.setProperty("--text", String(px));
  slide.style.setProperty("--title", String(title));
  const head = slide.appendChild(make("div", "notice-head"));
  head.append(make("p", "notice-tag", { dir: "auto" }, tag));
  if (mark) head.append(pageMark(mark));
  if (content.title) slide.append(make("h2", "notice-title", { dir: "auto" }, content.title));
  if (body.textContent) {
    slide.appendChild(make("div", "notice-body", { dir: "auto" })).append(body.cloneNode(true));
  }
  return footed(slide, content);
}
