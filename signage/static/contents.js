// What each item of a programme has to show now, without a browser: live lines of waits, files to load, what
// is absent.

import { coversRoom } from "./picture_shade.js";
import { turnMs } from "./text_pages.js";
import { textIn } from "./words.js";

const MARKS_TODAY = new Set(["hours", "busy_hours", "countdown"]);

/**
 * The content of an item with its live values; null when it has nothing to show now. `today`: the local day,
 * which hours and busy hours mark.
 *
 * @param {any} item
 * @param {{ view: any, screen: any, own: string, today?: string | null }} moment
 */
export function contentOf(item, { view, screen, own, today = null }) {
  const { kind, language, category } = item;
  if (kind !== "waits")
    return { ...item.content, kind, language, category, ...ofMoment(kind, { screen, today }) };
  const lines = linesIn(view.queues, language, screen?.services);
  const isTold = lines.length && (language === own || lines.every((line) => line.isNamed));
  return isTold ? { ...item.content, kind, language, lines } : null;
}

/** What a kind shows of the day, or of its screen. */
function ofMoment(kind, { screen, today }) {
  if (kind === "code") return { module_px: screen?.place?.module_px ?? 0 };
  return MARKS_TODAY.has(kind) ? { today } : {};
}

/** The built-in welcome, shown when no item may be. */
export const welcome = (screen, own) => ({ kind: "welcome", language: own, hall: screen?.name ?? "" });

/** The addresses of the files an item needs, for the programme's downloads. */
export const filesOf = ({ content }) =>
  [content?.url, content?.poster, content?.picture?.url].filter(Boolean);

/** The addresses of the files the organisation's look needs, kept with those of the programme. */
export const filesOfLook = (look) =>
  look ? [look.stylesheet, look.logo?.url, look.ground, ...look.fonts].filter(Boolean) : [];

/**
 * Which page of an item is shown at a position; each has the part of its time that its words are of all.
 * Where live lines
 * have more pages than can be read in it, as many are shown, and the next ones at its next showing.
 */
export const pageAt = (moment) => spanAt(moment).page;

/**
 * The page at a position as `pageAt` says, with the positions `from` and `until` which it is shown, in ms.
 */
export function spanAt({ reading, ms, position, showing }) {
  const all = reading.reduce((sum, each) => sum + each, 0);
  if (ms >= all) return spanOf(reading, (position / ms) * all, ms / all);
  const whole = Math.max(1, Math.floor(ms / Math.max(...reading)));
  const each = Math.max(Math.floor(ms / whole), 1_000);
  const turn = Math.floor(position / each);
  const page = (showing * whole + turn) % reading.length;
  return { page, from: turn * each, until: (turn + 1) * each };
}

function spanOf(reading, read, pace) {
  let over = 0;
  const found = reading.findIndex((each) => read < (over += each));
  const page = found < 0 ? reading.length - 1 : found;
  return { page, from: (over - reading[page]) * pace, until: over * pace };
}

// or of pages that depend on the waiting visitors
const OF_ONE_PAGE = new Set(["waits", "image", "video", "document"]);

/** Whether a content is a text whose pages are measured ahead. */
export const isMeasured = (content) => Boolean(content) && !OF_ONE_PAGE.has(content.kind);

/**
 * The items of a programme, each as long as all its pages take to read: `needs` gives `reading`, milliseconds
 * a page, for each item with something to show.
 */
export function lengthened(programme, needs) {
  const items = programme.items.map((item) => {
    const reading = needs.get(item.id)?.reading ?? [];
    return reading.length ? { ...item, ms: turnMs(item.ms, reading) } : item;
  });
  return { ...programme, items };
}

const MOST_BESIDE = 2; // pages of one thought

/** Whether pages are one whole thought beside calls: two at most, and no sentence cut or too small. */
export const isThought = (pages) =>
  pages.length <= MOST_BESIDE && !pages.some(({ isForced, isSmall }) => isForced || isSmall);

const MUCH = 0.42; // of a room: a picture of another shape is too small there

/** Whether a picture is large enough in a room; true of what is no picture. */
export function coversMuch({ kind, width, height, focus }, room) {
  if (!width || !height || !room.height) return true;
  const shape = (width * room.height) / (height * room.width);
  const picture = { isFilm: kind === "video", hasFocus: Boolean(focus), width, height };
  return coversRoom(picture, room) || Math.min(shape, 1 / shape) >= MUCH;
}

/**
 * The most pages that some contents make in each room, `countPages(content)` each, whether a sentence is cut
 * there, from how many metres a code is scanned (`near`, null: from afar enough), and whether one waits for
 * the other room. Null for no content; no pages for pictures alone.
 */
export function pageCounts(contents, countPages) {
  const counts = contents.filter((content) => content && content.kind !== "waits").map(countPages);
  if (!counts.length) return null;
  const most = (room) => ({
    pages: Math.max(...counts.map((count) => count[room].pages)) || null,
    isForced: counts.some((count) => count[room].isForced),
    near: counts.find((count) => count[room].near)?.[room].near ?? null,
    isLarge: counts.some((count) => count[room].isLarge),
  });
  return { beside: most("beside"), alone: most("alone") };
}

/** Waits as lines, one for each queue; an empty queue without a wait takes no room. */
function linesIn(queues, language, names = {}) {
  return queues
    .filter((line) => line.waiting || line.wait || line.why_no_wait)
    .map((line) => {
      const texts = line.services.map((service) => ({ ...service.name, ...names[service.id] }));
      const serviceNames = texts.map((each) => textIn(each, [language])?.text).filter(Boolean);
      return {
        name: serviceNames.join(", "),
        isNamed: texts.every((each) => each[language]),
        waiting: line.waiting,
        wait: line.wait,
        why_no_wait: line.why_no_wait,
      };
    })
    .filter((line) => line.name);
}
