// The pages of contents, measured ahead for each room in small parts of time: no call waits for them, and
// what is shown next is there. Which room they need and how long they take to read is kept for a reload. DOM
// only.

import { coversMuch, isMeasured, isThought } from "./contents.js";
import { inParts } from "./measuring.js";
import { buildPages } from "./slides.js";

const PART_MS = 12; // of one task
const ROOMS = ["beside", "alone"];
const NEEDS = "parvis.needs";

/**
 * `box` is the invisible box to measure in, `rooms` does something in one of its rooms. `onMeasured()` says
 * that what `measure` was asked for is known. `stored` keeps values for a reload: `{read, keep}`.
 */
export function createMeasuredPages({ box, rooms, wordsIn, stored, onMeasured }) {
  /** @type {Map<string, { size: string, pages: any[] }>} */
  const measured = new Map(); // by room and content
  /** @type {Map<string, { isLarge: boolean, reading: number[] }>} */
  const needs = new Map(stored.read(NEEDS)); // by content; true enough while it is measured again
  /** @type {Map<string, { text: string, goOn: (until: number) => boolean }>} */
  let left = new Map();
  let slim = null; // the room beside calls, in px
  let isAwaited = false;
  let isRunning = false;

  const nameOf = (room, text) => `${room} ${text}`;
  const sizeOf = () => `${box.clientWidth} ${box.clientHeight} ${getComputedStyle(box).fontSize}`;
  const build = (content) => buildPages(box, content, wordsIn(content.language));

  /**
   * Whether it is known which room all contents need and how long they take to read. The unknown ones are
   * measured first.
   */
  function measure(contents) {
    const texts = new Map(contents.map((content) => [JSON.stringify(content), content]));
    const named = [...texts].flatMap(([text, content]) =>
      ROOMS.map((room) => ({ room, text, content, name: nameOf(room, text) })),
    );
    const missing = named.filter(({ name, text }) => !measured.has(name) || !needs.has(text));
    const inTurn = missing.sort((one, other) => Number(needs.has(one.text)) - Number(needs.has(other.text)));
    left = new Map(inTurn.map((each) => [each.name, left.get(each.name) ?? measurementOf(each)]));
    isAwaited = missing.some(({ text }) => !needs.has(text));
    if (left.size) goOnSoon();
    if (isAwaited) return false;
    keepOnly(measured, new Set(named.map(({ name }) => name)));
    keepOnly(needs, new Set(texts.keys()));
    return true;
  }

  function measurementOf({ room, text, content, name }) {
    const done = (pages) => {
      measured.set(name, { size: sizeOf(), pages });
      if (room === "alone") needs.set(text, needIn(content));
    };
    const goOn = inParts(() => build(content), done);
    return { text, goOn: (until) => rooms[room](() => goOn(until)) };
  }

  function goOnSoon() {
    if (!isRunning) requestAnimationFrame(() => setTimeout(goOn)); // a call that has come is painted before
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
    if (isAwaited && [...left.values()].some(({ text }) => !needs.has(text))) return;
    if (!isAwaited && left.size) return;
    stored.keep(NEEDS, [...needs]);
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

  /**
   * Whether a content is no whole thought beside calls, so that it waits until nobody is called (`isLarge`),
   * and how long each page of a text takes to read in the smallest room that it may have, in milliseconds.
   */
  function needOf(content) {
    if (isMeasured(content)) return needs.get(JSON.stringify(content)) ?? needIn(content);
    slim ??= rooms.beside(() => ({ width: box.clientWidth, height: box.clientHeight }));
    return { isLarge: !coversMuch(content, slim), reading: [] };
  }

  function needIn(content) {
    const isLarge = !isThought(pagesIn("beside", content));
    const pages = pagesIn(isLarge ? "alone" : "beside", content);
    return { isLarge, reading: pages.map(({ reading }) => reading) };
  }

  /**
   * The `pages` that a content makes beside calls and without them, null for a picture; whether a sentence
   * does not fit on one there (`isForced`) or the content waits for the other room (`isLarge`).
   */
  function countPages(content) {
    const [beside, alone] = ROOMS.map((room) => {
      const pages = isMeasured(content) ? pagesIn(room, content) : null;
      return {
        pages: pages?.length ?? null,
        isForced: Boolean(pages?.some((page) => page.isForced)),
        near: pages?.find(({ near }) => near)?.near ?? null,
        isLarge: room === "beside" && needOf(content).isLarge,
      };
    });
    return { beside, alone };
  }

  /** Measures everything again: the screen turned, or its fonts arrived. */
  function forget() {
    measured.clear();
    left.clear();
    slim = null;
  }

  return { measure, pagesOf, needOf, countPages, forget };
}

function keepOnly(map, names) {
  for (const name of map.keys()) if (!names.has(name)) map.delete(name);
}
