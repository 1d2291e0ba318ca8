// Templates of notices with one thing in large: a day, a figure, steps, a request and its answer, hours. On
// one page in the largest letters that have room; else in parts, the large thing first.

import { buildTextPages } from "./notice_slides.js";
import { sourceOf } from "./line_slides.js";
import { hasRoom } from "./measuring.js";
import {
  appended,
  evenRows,
  fitted,
  floorIn,
  footed,
  isWideRoom,
  make,
  numbered,
  pageMark,
  shapeOf,
  sizesIn,
  textPx,
  titleOf,
  unitOf,
  withFoot,
} from "./slide_parts.js";
import { sizesDown } from "./text_pages.js";

const LARGEST_PX = 100;

/** One big day, or a period: a leaf of a calendar for each, then what, when, where. */
const buildDate = (box, content, words) =>
  withFoot(box, content, (shown, isWholeOnly) => datePages(box, shown, words, isWholeOnly));

function datePages(box, content, words, isWholeOnly) {
  const { days, place, details } = content;
  const hero = leavesOf(days);
  const hours = days.hours ? [make("p", "feature-hours", { dir: "auto" }, capital(days.hours))] : [];
  const where = place ? [make("p", "feature-place", { dir: "auto" }, place)] : [];
  const more = details ? [make("p", "feature-more", { dir: "auto" }, details)] : [];
  const leaves = [days.first, days.last].filter(Boolean).map((day) => Object.values(day).join(" "));
  const plain = [leaves.join(" – "), days.hours, place, details].filter(Boolean);
  return featurePages(box, content, { hero, words, isWholeOnly, plain }, [
    { texts: [...hours, ...where, ...more], rest: [] },
    ...(details ? [{ texts: [...hours, ...where], rest: [details] }] : []),
  ]);
}

export const leavesOf = (days) =>
  appended(
    make("div", "date-days"),
    leafOf(days.first),
    ...(days.last ? [iconOf("arrow-down"), leafOf(days.last)] : []),
  );

export function leafOf({ weekday, day, month, hour }) {
  return appended(
    make("div", "date-leaf"),
    make("p", "date-weekday", { dir: "auto" }, weekday),
    make("p", "date-day", {}, day),
    make("p", "date-month", { dir: "auto" }, month),
    ...(hour ? [make("p", "date-hour", { dir: "auto" }, hour)] : []),
  );
}

/** A figure as large as its room allows, what it says, and where it comes from. */
const buildFigure = (box, content, words) =>
  withFoot(box, content, (shown, isWholeOnly) => figurePages(box, shown, words, isWholeOnly));

function figurePages(box, content, words, isWholeOnly) {
  const { meaning } = content;
  const [figure, unit] = partsOf(content);
  const number = make("p", "figure-number", { dir: "auto" });
  number.append(make("bdi", "figure-value", {}, figure));
  if (unit) number.append(make("bdi", "figure-unit", {}, `\u00a0${unit}`));
  const isBelow = unit.length > LONGEST_BESIDE[isWideRoom(box) ? "wide" : "tall"];
  number.dataset.length = String(digitsOf(figure) + (isBelow ? 0 : 0.4 + digitsIn(unit)));
  if (isBelow) number.dataset.unit = "below";
  const says = make("p", "feature-says", { dir: "auto" }, meaning);
  const source = make("p", "feature-source", { dir: "auto" }, sourceOf(content));
  // one sentence, which no page parts
  const plain = [`${figure} ${unit} ${meaning.replace(/[.!?…\s]+$/, "")} (${source.textContent})`];
  return featurePages(box, content, { hero: number, words, isWholeOnly, plain }, [
    { texts: [says, source], rest: [] },
  ]);
}

const LONGEST_BESIDE = { wide: 3, tall: 6 }; // letters of a unit beside its figure
const digitsIn = (unit) => unit.length * (unit.length > 3 ? 0.55 : 0.75);

/** A figure and its unit; of « 8 sur 10 » the 8 is in large. */
function partsOf({ figure, unit }) {
  const [, value, more] = (!unit && /^([\d\s.,]*\d)\s(\p{L}.*)$/u.exec(figure)) || [];
  return value ? [value, more] : [figure, unit];
}

/** What was requested and what was done: each with its word and its sign. */
function buildAsked(box, content, words) {
  const { asked, done } = content;
  if (asked === undefined) return null;
  const panel = (name, icon, text) =>
    appended(
      make("section", `asked-panel asked-${name}`),
      appended(make("p", "asked-word"), iconOf(icon), ...labelOf(content, words, name)),
      make("p", "asked-text", { dir: "auto" }, text),
    );
  const panels = [panel("asked", "message-square", asked), panel("done", "circle-check", done)];
  const isSpoken = words.language === content.language;
  const plainOf = (name, text) => (isSpoken ? `${words.say(name)}\u00a0: ${text}` : text);
  const plain = [plainOf("asked", asked), plainOf("done", done)];
  return withFoot(box, content, (shown, isWholeOnly) =>
    listPages(box, shown, panels, { name: "asked-panels", isWholeOnly, words, plain }),
  );
}

/** Steps in their order, each with its number and its sign. */
function buildSteps(box, content, words) {
  const steps = content.steps.map(({ icon, sentence }, at) =>
    appended(
      make("li", "step"),
      appended(make("span", "step-sign"), iconOf(icon)),
      make("span", "step-number", { dir: "ltr" }, String(at + 1)),
      make("p", "step-text", { dir: "auto" }, sentence),
    ),
  );
  const plain = content.steps.map(({ sentence }, at) => `${at + 1}. ${sentence}`);
  return withFoot(box, content, (shown, isWholeOnly) =>
    listPages(box, shown, steps, { name: "steps", isWholeOnly, words, plain }),
  );
}

/** The week with today’s row marked, days that differ set apart, and when most people come. */
function buildHours(box, content, words) {
  const { week, exceptions, crowds, today } = content;
  if (!week) return null;
  const special = exceptions.filter(({ on }) => !today || on >= today);
  const isSpecialToday = special.some(({ on }) => on === today);
  const weekday = today ? (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7 : null;
  const mark = () => {
    const [label] = labelOf(content, words, "today");
    return label ? appended(make("span", "hours-today"), label) : make("span", "hours-dot", {}, "●");
  };
  const row = (days, hours, { isToday = false, why = "" } = {}) => {
    const made = make("li", "hours-row");
    if (isToday) made.dataset.today = "yes";
    made.append(appended(make("p", "hours-days", { dir: "auto" }, days), ...(isToday ? [" ", mark()] : [])));
    if (hours) made.append(make("p", "hours-hours", { dir: "auto" }, hours));
    if (why) made.append(make("p", "hours-why", { dir: "auto" }, why));
    return made;
  };
  const weekOf = (rows) => appended(make("ul", "hours-week"), ...rows);
  const specialOf = (rows) =>
    appended(
      make("section", "hours-special"),
      appended(make("p", "hours-head"), iconOf("triangle-alert"), ...labelOf(content, words, "exceptions")),
      appended(make("ul", "hours-list"), ...rows),
    );
  const weekRows = week.map(({ weekdays, days, hours }) =>
    row(days, hours, { isToday: !isSpecialToday && weekdays.includes(weekday) }),
  );
  const specialRows = special.map(({ on, day, hours, why }) =>
    row(day, hours, { isToday: on === today, why }),
  );
  const crowd = crowds.length
    ? [
        appended(
          make("div", "hours-crowds"),
          ...crowds.map((line) => make("p", "hours-crowd", { dir: "auto" }, line)),
        ),
      ]
    : [];
  const clones = (rows) => rows.map((each) => each.cloneNode(true));
  const blocks = [
    weekOf(clones(weekRows)),
    ...(special.length ? [specialOf(clones(specialRows))] : []),
    ...crowd,
  ];
  const pieces = [
    ...weekRows.map((each) => weekOf([each])),
    ...specialRows.map((each) => specialOf([each])),
    ...crowd,
  ];
  return withFoot(box, content, (shown, isWholeOnly) =>
    listPages(box, shown, blocks, { name: "hours", pieces, isWholeOnly, words, plain: content.lines }),
  );
}

/** A word of the page, where it speaks the language of the content. */
export const labelOf = ({ language }, words, name) =>
  words.language === language ? [make("span", "", {}, words.say(name))] : [];

const iconOf = (name) => make("img", "sign", { src: `/assets/icons/${name}.svg`, alt: "" });
export const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** @type {((some: HTMLElement[]) => HTMLElement) | null} */
const NO_LIST = null;
const copyOf = (item) => item.cloneNode(true);
const TIGHT = { isTight: true };

/**
 * A title above items: all of them on one page, closer to each other where that is needed; or as many a page
 * as have room in the smallest letters that the last reader can read, the pages about as full as each other.
 * An item that has no room even alone is written smaller; where that does not help everything is shown as
 * plain text, `plain`. `pieces` are what one may part, where they are not the items; `listOf(some)` makes a
 * list of some.
 */
export function listPages(
  box,
  content,
  items,
  { name, isWholeOnly, words, plain, pieces = items, listOf = NO_LIST },
) {
  const slideOf = (px, some, look) => {
    const slide = frame(box, content, px, look);
    const list = listOf?.(some) ?? appended(make(name === "steps" ? "ol" : "div"), ...some.map(copyOf));
    list.className = `feature-list ${name}`;
    list.dataset.count = String(some.length);
    slide.append(list);
    return footed(slide, content);
  };
  const sizes = sizesIn(box, LARGEST_PX);
  const sized = (some, look) => fitted(box, sizes, (px) => slideOf(px, some, look));
  const whole = sized(items, {}) ?? sized(items, TIGHT);
  if (whole) return numbered([whole]);
  if (isWholeOnly) return null;
  const look = { ...TIGHT, mark: pieces.length > 1 ? "9/9" : "" };
  const parts = evenRows(pieces, (some) => hasRoom(box, () => slideOf(floorIn(box), some, look)));
  const pages = parts.map(
    (some) =>
      sized(some, look) ??
      fitted(box, forcedSizes(box), (px) => slideOf(px, some, { ...look, isForced: true })),
  );
  if (pages.includes(null)) return buildTextPages(box, { ...content, lines: plain }, words);
  const px = Math.min(...pages.filter((page) => !page.dataset.forced).map(textPx));
  return numbered(pages.map((page, at) => (page.dataset.forced ? page : slideOf(px, parts[at], look))));
}

/** Sizes for words that must be broken: from the least that the last reader can read down. */
const forcedSizes = (box) => sizesDown(floorIn(box), floorIn(box, { isLegible: false }));

/**
 * A page with a hero and `texts`, by the first of some ways of which it has room; the texts of `rest` follow
 * as plain pages. Where it has none, all is closer to each other, then the title is above everything.
 */
export function featurePages(box, content, { hero, words, isWholeOnly, plain }, ways) {
  const slideOf = (px, texts, look) => {
    const slide = frame(box, content, px, look);
    const body = slide.appendChild(make("div", "feature-body"));
    const main = body.appendChild(make("div", "feature-hero"));
    main.append(sizedHero(box, hero.cloneNode(true), px, { ...look, code: content.code }));
    body.append(
      appended(
        make("div", "feature-words"),
        ...(look.isTitleAbove ? [] : slide.querySelectorAll(":scope > .feature-title")),
        ...texts.map((each) => each.cloneNode(true)),
      ),
    );
    return footed(slide, content);
  };
  const looks = [{}, TIGHT, ...(isWideRoom(box) ? [{ ...TIGHT, isTitleAbove: true }] : [])];
  const firstOf = (sizes, texts, tried) => {
    for (const look of tried) {
      const page = fitted(box, sizes, (px) => slideOf(px, texts, look));
      if (page) return page;
    }
    return null;
  };
  for (const { texts, rest } of ways) {
    const lines = rest.filter(Boolean);
    if (isWholeOnly && lines.length) return null;
    const mark = lines.length ? "9/9" : "";
    const marked = looks.map((look) => ({ ...look, mark }));
    const first =
      firstOf(sizesIn(box, LARGEST_PX), texts, marked) ??
      (texts === ways.at(-1).texts
        ? firstOf(
            forcedSizes(box),
            texts,
            marked.slice(1).map((look) => ({ ...look, isForced: true })),
          )
        : null);
    if (!first) continue;
    if (!lines.length) return numbered([first]);
    return numbered([first, ...buildTextPages(box, { ...content, lines }, words, { isLater: true })]);
  }
  return isWholeOnly ? null : buildTextPages(box, { ...content, lines: plain }, words);
}

function frame(box, content, px, { isForced = false, isTight = false, isTitleAbove = false, mark = "" }) {
  const slide = make("div", "feature", { lang: content.language });
  shapeOf(box, slide, content.language);
  slide.dataset.kind = content.kind;
  if (isForced) slide.dataset.forced = "yes";
  if (isTight) slide.dataset.tight = "yes";
  if (isTitleAbove) slide.dataset.title = "above";
  slide.style.setProperty("--text", String(px));
  if (content.title) {
    const title = slide.appendChild(titleOf("feature-title", content.title));
    if (mark || content.isPart) title.append(" ", pageMark("9/9"));
  }
  return slide;
}

/** The width of a figure, in digits. */
const digitsOf = (figure) => [...figure].reduce((sum, sign) => sum + (/[\s.,]/.test(sign) ? 0.45 : 1), 0);

const CODE_PX = 270; // with the space before it
const DIGIT = 0.62; // width of a digit in em
const LARGEST_FIGURE = 6; // em of the text
const CLOSER = 0.6; // where words need the room

/** A figure as wide as its part of the room allows, in em of its text. */
function sizedHero(box, hero, px, { isTight = false, code }) {
  const length = Number(hero.dataset.length);
  if (!length) return hero;
  const unit = unitOf(box);
  const isWide = isWideRoom(box);
  const room = box.clientWidth / unit - (isWide && code ? CODE_PX : 0);
  const width = (room / px) * (isWide ? 0.45 : 0.98);
  const height = (box.clientHeight / unit / px) * (isWide ? 0.6 : 0.3);
  const em = Math.max(
    1.6,
    Math.min(LARGEST_FIGURE, width / (length * DIGIT), height) * (isTight ? CLOSER : 1),
  );
  hero.style.setProperty("--figure", em.toFixed(2));
  return hero;
}

/** How each kind with a template of its own is built. */
export const FEATURES = {
  date: buildDate,
  figure: buildFigure,
  steps: buildSteps,
  asked_and_done: buildAsked,
  hours: buildHours,
};
