// The pages of what the side of the screen shows: each item of the programme as DOM, measured so that nothing
// is cut.

import { buildBusyHours } from "./busy_slides.js";
import { FEATURES } from "./feature_slides.js";
import { LARGE } from "./large_slides.js";
import { buildLines, buildWaits } from "./line_slides.js";
import { buildTextPages } from "./notice_slides.js";
import { buildPicture } from "./picture_slides.js";
import { withPicture } from "./pictured_slides.js";
import { make } from "./slide_parts.js";
import { readingMs } from "./text_pages.js";

/**
 * Build the pages of a content, measured in `box` (which is empty and invisible), as `{element, reading,
 * isForced, isSmall}`: `reading` is the least time to read it, in milliseconds; `isForced`: a sentence has no
 * room on one page; `isSmall`: the last reader cannot read it.
 */
export function buildPages(box, content, words) {
  const build = BUILD[content.kind];
  const pages = withPicture(
    box,
    content,
    () => build?.(box, content, words) ?? buildText(box, content, words),
  );
  return pages.map((element) => {
    const count = element.textContent.split(/\s+/).filter(Boolean).length;
    const { forced, small, near } = element.dataset;
    const [isForced, isSmall] = [forced, small].map((each) => each === "yes");
    return { element, reading: readingMs(count), isForced, isSmall, near: Number(near) || null };
  });
}

// null where a server of another release sends other fields: they are shown as lines or text
const BUILD = {
  waits: buildWaits,
  text: buildTextPages,
  priority_card: buildTextPages,
  image: buildPicture,
  document: buildPicture,
  video: buildPicture,
  ...FEATURES,
  ...LARGE,
  busy_hours: buildBusyHours,
  welcome: buildWelcome,
};

/** Texts of every other kind: lines where there are some, otherwise a rich text, or a plain one. */
function buildText(box, content, words) {
  const rows = content.rows ?? content.entries ?? content.lines;
  return (Array.isArray(rows) ? buildLines : buildTextPages)(box, content, words);
}

function buildWelcome(box, content, words) {
  const slide = make("div", "welcome", { lang: content.language });
  slide.append(make("p", "welcome-word", {}, words.say("welcome")));
  if (content.hall) slide.append(make("h2", "welcome-hall", {}, content.hall));
  return [slide];
}
