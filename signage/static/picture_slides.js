// Images, pages of documents and films as slides that fill the whole room. A photograph or film covers it,
// its words on a shade measured in its pixels; a poster is whole, on a ground of the colour of its edges.

import { directionOf } from "/assets/directions.js";
import { coversRoom, edgeColours, partUnder, shadeOn } from "./picture_shade.js";
import { leastIn, make, titleOf, unitOf } from "./slide_parts.js";
import { textSizes } from "./text_pages.js";

const LARGEST_PX = 104;
const MOST_WORDS = { over: 0.45, below: 0.25, beside: 1 }; // of the height of the room
const MOST_WITH_CODE = 0.62;
const LAST_RESORT = 1.5; // times that, where the smallest letters need more
const NARROWEST_PX = 500; // of words beside a picture
const NARROWER = 0.62; // of the shape of its room: words have room beside such a picture

/** A picture or film. `text` is given to people who cannot see it; `has_title` false: it carries its own. */
export function buildPicture(box, content) {
  const { language, focus, width, height } = content;
  const slide = make("figure", "picture", { lang: language, dir: directionOf(language) });
  Object.assign(slide.dataset, { width: String(width), height: String(height) });
  if (focus) slide.style.setProperty("--focus", `${focus.x}% ${focus.y}%`);
  const media = slide.appendChild(content.kind === "video" ? filmOf(content) : imageOf(content));
  if (content.captions?.length) slide.prepend(captionsOver(media, content.captions));
  const band = bandOf(content);
  if (band) slide.append(band);
  fitPicture(box, slide);
  return [slide];
}

/**
 * Lays a picture out for a room: how it fills it, where its words stand, in the largest letters that leave it
 * most of the room. A title that has no room even in the smallest is left out.
 */
export function fitPicture(box, slide) {
  const tried = slide.cloneNode(false);
  box.replaceChildren(tried);
  const room = { width: tried.clientWidth, height: tried.clientHeight };
  const picture = { width: Number(slide.dataset.width), height: Number(slide.dataset.height) };
  const isFilm = Boolean(slide.querySelector("video"));
  const isCover = coversRoom({ isFilm, hasFocus: Boolean(focusOf(slide)), ...picture }, room);
  const hasSide = room.width * (1 - NARROWER) > NARROWEST_PX * unitOf(box);
  const isBeside = !isCover && hasSide && shapeIn(picture, room) < NARROWER;
  const words = isCover ? "over" : isBeside ? "beside" : "below";
  for (const each of [slide, tried])
    Object.assign(each.dataset, { fill: isCover ? "cover" : "whole", words });
  const band = slide.querySelector(".picture-band");
  const most = Math.max(MOST_WORDS[words], band?.querySelector("img") ? MOST_WITH_CODE : 0);
  const place = band ? fitWords(box, { tried, band, most: room.height * most }) : null;
  const isBelow = words === "below" && place;
  const left = {
    width: room.width * (isBeside && place ? NARROWER : 1),
    height: room.height - (isBelow ? place.height : 0),
  };
  slide.dataset.free = shapeIn(picture, left) < 1 ? "sides" : "ends";
  slide.dataset.under = place ? JSON.stringify({ room, words: place }) : "";
  if (band) slide.append(band);
  box.replaceChildren();
  settlePicture(slide);
}

/** The shape of a picture as a share of its room’s: below 1 it leaves room at its sides. */
const shapeIn = (picture, room) => (picture.width * room.height) / (picture.height * room.width);

/** Writes the words of a picture in the largest letters that have room; their place in the room. */
function fitWords(box, { tried, band, most }) {
  const { legible, smaller } = textSizes(leastIn(box), LARGEST_PX);
  const sizes = [...legible, ...smaller];
  const words = band.querySelector(".picture-words");
  tried.append(band);
  const hasRoom = (px, share = 1) => {
    band.style.setProperty("--title", String(px));
    return band.scrollHeight <= most * share + 1 && words.scrollWidth <= words.clientWidth + 1;
  };
  Object.assign(band.dataset, { title: "whole", broken: "no" });
  if (!sizes.some((px) => hasRoom(px)) && !hasRoom(sizes.at(-1), LAST_RESORT)) band.dataset.broken = "yes"; // a word longer than a line
  if (band.dataset.broken === "yes" && !hasRoom(sizes.at(-1), LAST_RESORT)) band.dataset.title = "none";
  const [outer, inner] = [tried, band].map((each) => each.getBoundingClientRect());
  return { x: inner.left - outer.left, y: inner.top - outer.top, width: inner.width, height: inner.height };
}

/**
 * What the pixels of a picture decide, once it is decoded: the shade under the words on it, or its ground.
 * `data-under` of the page says where these words are in their room.
 */
export function settlePicture(page) {
  const media = /** @type {any} */ (page.querySelector(".picture-media, .pictured-media"));
  const isFilm = media?.tagName === "VIDEO";
  const [width, height] = isFilm
    ? [media.videoWidth, media.videoHeight]
    : [media?.naturalWidth, media?.naturalHeight];
  if (!width) return;
  if (page.dataset.words === "over" && page.dataset.under) {
    const { room, words } = JSON.parse(page.dataset.under);
    const part = partUnder(words, {
      room,
      picture: { width, height },
      focus: focusOf(page) ?? { x: 0.5, y: 0.5 },
    });
    // a film's pixels change: as if they were white
    page.style.setProperty("--shade", shadeOn(isFilm ? null : media, part).toFixed(2));
  }
  if (page.dataset.fill !== "whole") return;
  const isBeside = page.dataset.free === "sides";
  const edges = edgeColours(media, { width, height }, isBeside) ?? ["var(--ink)", "var(--ink)"];
  const side = isBeside ? "right" : "bottom";
  page.style.setProperty("--ground", `linear-gradient(to ${side}, ${edges[0]} 50%, ${edges[1]} 50%)`);
}

/** The point of a picture that stays in sight, from 0 to 1; null where nobody chose one. */
function focusOf(page) {
  const [x, y] = page.style.getPropertyValue("--focus").split(" ").map(Number.parseFloat);
  return y === undefined ? null : { x: x / 100, y: y / 100 };
}

/** Title, credit and the code to scan; null where there is none. */
function bandOf({ title, credit, code, has_title: hasTitle = true }) {
  const heading = hasTitle ? title : "";
  if (!heading && !credit && !code) return null;
  const band = make("figcaption", "picture-band");
  const words = band.appendChild(make("div", "picture-words"));
  if (heading) words.append(titleOf("picture-title", heading));
  if (credit) words.append(make("p", "picture-credit", { dir: "auto" }, credit));
  if (code) band.append(make("img", "picture-code", { src: code, alt: "" }));
  return band;
}

function imageOf({ url, text }) {
  return make("img", "picture-media", { src: url, alt: text ?? "" });
}

function filmOf({ url, text, poster }) {
  const film = make("video", "picture-media", { playsinline: "", preload: "auto", "aria-label": text ?? "" });
  film.muted = true;
  if (poster) film.poster = poster;
  film.src = url;
  return film;
}

/** The words of a film at each of its instants, in letters that the last seat can read. */
function captionsOver(film, captions) {
  const place = make("p", "picture-caption", { dir: "auto" });
  const write = () => {
    const text = captionAt(captions, film.currentTime * 1000);
    if (place.textContent !== text) place.textContent = text;
  };
  for (const moment of ["timeupdate", "seeked", "playing"]) film.addEventListener(moment, write);
  return place;
}

/** The caption at an instant of a film, in milliseconds; of two at once, the one that began last. */
export const captionAt = (captions, ms) =>
  captions.findLast((each) => each.from_ms <= ms && ms < each.until_ms)?.text ?? "";
