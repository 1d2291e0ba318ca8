// Images, pages of documents and films as slides: the whole room of the side, a band with words below, and
// round a picture of another shape its own colours.

import { directionOf } from "/assets/directions.js";
import { leastIn, make } from "./slide_parts.js";
import { textSizes } from "./text_pages.js";

const LARGEST_PX = 104;
const GROUND_PX = 16;
const STRIP = 2.2; // width to height of a picture so wide that no words have room beside it

/**
 * A picture or film: cut round its `focus` where its author chose one, otherwise whole. `text` is given to
 * people who cannot see it.
 */
export function buildPicture(box, content) {
  const { language, focus, width, height } = content;
  const slide = make("figure", "picture", { lang: language, dir: directionOf(language) });
  slide.dataset.fill = focus ? "cut" : width > height * STRIP ? "strip" : "whole";
  if (focus) slide.style.setProperty("--focus", `${focus.x}% ${focus.y}%`);
  const media = slide.appendChild(content.kind === "video" ? filmOf(content) : imageOf(content));
  if (content.kind !== "video" && !focus) slide.append(groundOf(media));
  if (content.captions?.length) slide.prepend(captionsOver(media, content.captions));
  const band = bandOf(content);
  if (band) slide.append(band);
  fitPicture(box, slide);
  return [slide];
}

/** Gives the band of a picture the largest letters within `--most` of the room’s height. */
export function fitPicture(box, slide) {
  const band = slide.querySelector(".picture-band");
  if (!band) return;
  const { legible, smaller } = textSizes(leastIn(box), LARGEST_PX);
  const sizes = [...legible, ...smaller];
  const tried = slide.cloneNode(false);
  const bandTried = tried.appendChild(band.cloneNode(true));
  box.replaceChildren(tried);
  const words = bandTried.querySelector(".picture-words");
  const most = tried.clientHeight * Number(getComputedStyle(bandTried).getPropertyValue("--most"));
  const right = sizes.find((px) => {
    bandTried.style.setProperty("--title", String(px));
    return bandTried.scrollHeight <= most + 1 && words.scrollWidth <= words.clientWidth + 1;
  });
  box.replaceChildren();
  band.style.setProperty("--title", String(right ?? sizes.at(-1)));
}

/** Title, credit and the code to scan; null where there is none. */
function bandOf({ title, credit, code }) {
  if (!title && !credit && !code) return null;
  const band = make("figcaption", "picture-band");
  const words = band.appendChild(make("div", "picture-words"));
  if (title) words.append(make("h2", "picture-title", { dir: "auto" }, title));
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

/** The colours of an image, for the room round it: the image in a few dots, which the browser spreads. */
function groundOf(image) {
  const ground = make("img", "picture-ground", { src: "data:,", alt: "" });
  image.addEventListener("load", () => {
    const height = Math.max(1, Math.round((GROUND_PX * image.naturalHeight) / image.naturalWidth));
    const canvas = Object.assign(document.createElement("canvas"), { width: GROUND_PX, height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, GROUND_PX, height);
    ground.src = canvas.toDataURL();
  });
  return ground;
}
