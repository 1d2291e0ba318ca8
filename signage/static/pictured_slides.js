// A picture with words: on the side where lines begin, above them in a narrow room, or behind them. The words
// are measured in the room that it leaves them.

import { directionOf } from "/assets/directions.js";
import { settlePicture } from "./picture_slides.js";
import { isWideRoom, make } from "./slide_parts.js";

const CHARTS = new Set(["hours", "busy_hours"]); // their bars need a plain ground
// where a picture stands, the largest first: words keep about half of a wide room, then two thirds
const BESIDE_WORDS = { wide: ["side", "narrow"], tall: ["above"] };
const UNDER_WORDS = { wide: ["column"], tall: [] };

/**
 * The pages that `build()` makes in a box, each with the picture of the content. Words come first: where they
 * would need more pages than without it, the picture is smaller, then left out; or all of it lies under them.
 */
export function withPicture(box, content, build) {
  const { picture, kind } = content;
  if (!picture) return build();
  const isBehind = picture.composition === "behind" && !CHARTS.has(kind);
  const places = (isBehind ? UNDER_WORDS : BESIDE_WORDS)[isWideRoom(box) ? "wide" : "tall"];
  const whole = build();
  const isForced = (pages) => pages.some((page) => page.dataset.forced);
  for (const place of places) {
    const pages = inPlace(box, place, build);
    if (pages.length <= whole.length && (!isForced(pages) || isForced(whole)))
      return pages.map((page) => pictured(box, content, { page, place }));
  }
  return isBehind ? whole.map((page) => pictured(box, content, { page, place: "behind" })) : whole;
}

/** Does something while the box has the room that a picture leaves. */
function inPlace(box, place, work) {
  box.dataset.picture = place;
  try {
    return work();
  } finally {
    delete box.dataset.picture;
  }
}

function pictured(box, { language, picture }, { page, place }) {
  const slide = make("div", "pictured", { lang: language, dir: directionOf(language) });
  const { focus, width, height } = picture;
  const isBehind = ["behind", "column"].includes(place);
  const isCover = isBehind || focus !== null;
  Object.assign(slide.dataset, { picture: place, fill: isCover ? "cover" : "whole" });
  if (focus) slide.style.setProperty("--focus", `${focus.x}% ${focus.y}%`);
  for (const name of ["page", "forced", "small"])
    if (page.dataset[name]) slide.dataset[name] = page.dataset[name];
  const media = make("img", "pictured-media", { src: picture.url, alt: picture.text });
  slide.append(media, page);
  box.replaceChildren(slide);
  const [room, words] = [media, page].map((each) => each.getBoundingClientRect());
  box.replaceChildren();
  slide.dataset.free = width / height < room.width / room.height ? "sides" : "ends";
  if (!isBehind) return slide;
  const { x, y } = room;
  const under = { x: words.x - x, y: words.y - y, width: words.width, height: words.height };
  slide.dataset.words = "over";
  slide.style.setProperty("--words", `${Math.round((1 - under.y / room.height) * 100)}%`);
  slide.dataset.under = JSON.stringify({ room: { width: room.width, height: room.height }, words: under });
  settlePicture(slide);
  return slide;
}
