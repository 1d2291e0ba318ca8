// The pages of contents, measured ahead for each room in small parts of time: no call waits for them, and
// what is shown next is there. How long they take to read is kept for a reload. DOM only.

import { inParts } from "./measuring.js";
import { buildPages } from "./slides.js";

const PART_MS = 12; // of one task
const ROOMS = ["beside", "alone"];
const READINGS = "parvis.readings";

/**
 * `box` is the invisible box to measure in, `rooms` does something in one of its rooms. `onMeasured()` says
 * that what `measure` was asked for is known. `stored` keeps values for a reload: `{read, keep}`.
 */
export function createMeasuredPages({ box, rooms, wordsIn, stored, onMeasured }) {
  /** @type {Map<string, { size: string, pages: any[] }>} */
  const measured = new Map(); // by room and content
  /** @type {Map<string, number[]>} */
  const readings = new Map(stored.read(READINGS)); // by content; true enough while it is measured again
  /** @type {Map<string, { isAwaitedFor: boolean, goOn: (until: number) => boolean }>} */
  let left = new Map();
  let isAwaited = false;
  let isRunning = false;

  const nameOf = (room, text) => `${room} ${text}`;
  const sizeOf = () => `${box.clientWidth} ${box.clientHeight} ${getComputedStyle(box).fontSize}`;
  const build = (content) => buildPages(box, content, wordsIn(content.language));

  /**
   * Whether it is known how long all contents take to read beside calls. The unknown ones are measured first,
   * then the others, at last without calls.
   */
  function measure(contents) {
    const texts = new Map(contents.map((content) => [JSON.stringify(content), content]));
    const named = ROOMS.flatMap((room) =>
      Array.from(texts, ([text, content]) => ({ room, text, content, name: nameOf(room, text) })),
    );
    const missing = named.filter(({ name }) => !measured.has(name));
    const unknown = missing.filter(({ room, text }) => room === "beside" && !readings.has(text));
    const inTurn = [...new Set([...unknown, ...missing])];
    left = new Map(inTurn.map((each) => [each.name, left.get(each.name) ?? measurementOf(each)]));
    isAwaited = unknown.length > 0;
    if (left.size) goOnSoon();
    if (isAwaited) return false;
    keepOnly(measured, new Set(named.map(({ name }) => name)));
    keepOnly(readings, new Set(texts.keys()));
    return true;
  }

  function measurementOf({ room, text, content, name }) {
    const done = (pages) => {
      measured.set(name, { size: sizeOf(), pages });
      if (room === "beside") readings.set(text, readingIn(pages));
    };
    const goOn = inParts(() => build(content), done);
    const isAwaitedFor = room === "beside" && !readings.has(text);
    return { isAwaitedFor, goOn: (until) => rooms[room](() => goOn(until)) };
  }

  function goOnSoon() {
    if (!isRunning) setTimeout(goOn);
    isRunning = true;
  }

  function goOn() {
    isRunning = false;
    const until = performance.now() + PART_MS;
    for (const [name, { goOn: part }] of left) {
      if (!part(until)) break;
      left.delete(name);
      if (performance.now() > until) break;
    }
    if (left.size) goOnSoon();
    if (isAwaited && [...left.values()].some(({ isAwaitedFor }) => isAwaitedFor)) return;
    if (!isAwaited && left.size) return;
    stored.keep(READINGS, [...readings]);
    if (!isAwaited) return;
    isAwaited = false;
    onMeasured();
  }

  /** The pages of a content in the present room, which the caller may put on the page. */
  function pagesOf(content) {
    const [text, size] = [JSON.stringify(content), sizeOf()];
    const kept = ROOMS.map((room) => measured.get(nameOf(room, text))).find((one) => one?.size === size);
    return kept
      ? kept.pages.map((page) => ({ ...page, element: page.element.cloneNode(true) }))
      : build(content);
  }

  /** The pages of a content in a room, only to be looked at. */
  const pagesIn = (room, content) =>
    measured.get(nameOf(room, JSON.stringify(content)))?.pages ?? rooms[room](() => build(content));

  /** How long each page of a content takes to read, in milliseconds, in the room with the most pages. */
  const readingOf = (content) =>
    readings.get(JSON.stringify(content)) ?? readingIn(pagesIn("beside", content));

  /**
   * The `pages` that a content makes beside calls and without them, and whether a sentence does not fit on
   * one there (`isForced`).
   */
  function countPages(content) {
    const [beside, alone] = ROOMS.map((room) => {
      const pages = pagesIn(room, content);
      return { pages: pages.length, isForced: pages.some((page) => page.isForced) };
    });
    return { beside, alone };
  }

  /** Measures everything again: the screen turned, or its fonts arrived. */
  function forget() {
    measured.clear();
    left.clear();
  }

  return { measure, pagesOf, readingOf, countPages, forget };
}

const readingIn = (pages) => pages.map(({ reading }) => reading);

function keepOnly(map, names) {
  for (const name of map.keys()) if (!names.has(name)) map.delete(name);
}
