// The stage of a screen: the visible item, and the next one ready behind it. The old one leaves when the new
// one can be shown, so there is never a black or empty frame between two; where neither can be, a greeting
// stands. DOM only; the choice of items is made elsewhere.

import { spanAt } from "./contents.js";
import { fitPicture, settlePicture } from "./picture_slides.js";
import { createProgressLine } from "./progress_line.js";
import { createSlideChange } from "./slide_change.js";

const READY_MS = 10_000;
const KEPT_READY = 4;

/**
 * `on.seen(key)` when an item is on the screen, `on.ready()` when the requested one can be shown,
 * `on.failed(key, reason)` when its file cannot. `measure` is a box as large as `box`, invisible;
 * `pagesOf(content)` makes the pages of a content that have room there. `leaving` is a box above `box`, for
 * what leaves; `line` says how long a page still stays.
 */
export function createStage({ box, measure, leaving, line, pagesOf, loudness, on }) {
  const change = createSlideChange({ box, leaving });
  const progress = createProgressLine(line);
  let isStill = false;
  let current = null; // {key, pages, media, text}
  let placed = null; // whose page stands in the box
  let awaited = null;
  let greeting = null; // {text, element}: stands where no item can be shown yet
  let isStale = false; // what stands in the box was made for another room
  const ready = new Map();
  const showings = new Map(); // how often each item was shown: a long one goes on with its next pages

  /** Make an item ready: built, and its file decoded. Returns the result, now or later. */
  function prepared(key, content) {
    const text = JSON.stringify(content);
    const former = ready.get(key);
    if (former?.text === text) return former;
    const pages = pagesOf(content);
    const media = pages[0].element.querySelector(".picture-media");
    const signs = media ? [] : pages.flatMap(({ element }) => [...element.querySelectorAll("img")]);
    const made = { key, text, pages, media, isReady: !media && !signs.length, content };
    if (!made.isReady) {
      made.whenReady = (media ? loaded(media) : allDecoded(signs)).then(
        () => {
          for (const { element } of pages) settlePicture(element);
          made.isReady = true;
        },
        (error) => {
          if (ready.get(key) === made) ready.delete(key);
          on.failed(key, error.message);
        },
      );
    }
    ready.set(key, made);
    for (const old of ready.values()) {
      if (ready.size > KEPT_READY && ![made, current, awaited].includes(old)) leave(old);
    }
    return made;
  }

  /**
   * Show an item at a position, or go on showing it; `ms` is how long it is shown altogether, `isFollowed`
   * whether another one follows. Returns the milliseconds until its page turns.
   */
  function show(key, content, { position, ms, isNew, isFollowed }) {
    if (current?.key === key && !isNew) return renew(key, content, { position, ms, isFollowed });
    const made = prepared(key, content);
    if (made.isReady && made !== current) seek(made, position);
    if (!made.isReady) return wait(made);
    awaited = null;
    const isAgain = current === made;
    current = made;
    showings.set(key, (showings.get(key) ?? -1) + 1);
    if (made.media?.tagName === "VIDEO") enter(made, position, isAgain);
    const turnsIn = turnPage({ position, ms, isFollowed, isNew: true });
    on.seen(key);
    return turnsIn;
  }

  /** The same item, whose live lines may have changed: figures that change do not make it begin again. */
  function renew(key, content, { position, ms, isFollowed }) {
    if (current.text !== JSON.stringify(content)) current = prepared(key, content);
    return turnPage({ position, ms, isFollowed });
  }

  function turnPage({ position, ms, isFollowed, isNew = false }) {
    isStale = false;
    const reading = current.pages.map((page) => page.reading);
    const showing = showings.get(current.key) ?? 0;
    const { page, from, until } = spanAt({ reading, ms, position, showing });
    const { element } = current.pages[page];
    if (box.firstChild !== element) put(element, isNew);
    // who stays for the next turn too has no end to tell
    if (isStill || (!isFollowed && current.pages.length === 1)) progress.hide();
    else progress.show(element, { leftMs: until - position, wholeMs: until - from });
    return Math.max(until - position, 1);
  }

  function put(element, isNew) {
    const former = placed;
    placed = current;
    const isGreeted = greeting && box.firstChild === greeting.element;
    if (former === current && !isGreeted) return change.turnPage(element);
    if (!isNew) return change.replace(element);
    if (former && former !== current && ready.get(former.key) === former) ready.delete(former.key);
    const leave = () => former && former !== current && release(former);
    if (!isGreeted) return change.bring(element, leave);
    change.replace(element); // what only stood in for it leaves without motion
    return leave();
  }

  /** Never an empty box: until an item can be shown, this content stands there. Before the first `show`. */
  function greet(content) {
    const former = greeting;
    const text = JSON.stringify(content);
    if (former?.text !== text) greeting = { text, element: pagesOf(content)[0].element };
    const isFree = !box.firstChild || box.firstChild === former?.element;
    if (isFree && box.firstChild !== greeting.element) box.replaceChildren(greeting.element);
  }

  /** What was made for another room makes way for the greeting: it would be cut here. */
  function leaveRoom() {
    if (isStale) change.replace(greeting.element);
    isStale = false;
  }

  function wait(made) {
    leaveRoom();
    if (awaited !== made) {
      awaited = made;
      made.whenReady.then(() => awaited === made && made.isReady && on.ready());
    }
    return Infinity;
  }

  /** A video that is joined in its middle has its picture before it is shown. */
  function seek(made, position) {
    const { media } = made;
    if (media?.tagName !== "VIDEO" || isNear(media, position)) return;
    made.isReady = false;
    made.whenReady = new Promise((resolve) => media.addEventListener("seeked", resolve, { once: true })).then(
      () => {
        made.isReady = true;
      },
    );
    media.currentTime = secondsAt(media, position);
  }

  function enter(made, position, isAgain) {
    listen(made);
    if (isAgain && !isNear(made.media, position)) made.media.currentTime = secondsAt(made.media, position);
    play(made);
  }

  /** As loud as the hall's hours say, also when they change while the film runs. */
  function listen({ media, content, isRefused }) {
    const level = content.has_sound && !isRefused ? loudness() : 0;
    media.muted = level === 0;
    media.volume = level;
  }

  function play(made) {
    if (made.media.ended) return;
    made.media.play().catch((error) => {
      if (error.name === "NotAllowedError" && !made.media.muted) {
        made.isRefused = made.media.muted = true;
        play(made);
      } else if (error.name !== "AbortError" && current === made) on.failed(made.key, error.message);
    });
  }

  function leave(made) {
    if (ready.get(made.key) === made) ready.delete(made.key);
    release(made);
  }

  /** Calls cover the media: a video stops and continues from there. */
  function cover(isCovered) {
    if (isCovered && !placed?.media) leaveRoom();
    if (isCovered) progress.hide();
    if (current?.media?.tagName !== "VIDEO") return;
    listen(current);
    if (isCovered) current.media.pause();
    else if (current.media.paused) play(current);
  }

  /** Pages are built again for another room; a picture or film stays, its words get other letters. */
  function resettle() {
    change.end();
    isStale = true;
    for (const made of [...ready.values()]) {
      if (made.media) fitPicture(measure, made.pages[0].element);
      else ready.delete(made.key);
    }
    if (current && !current.media) current.text = "";
  }

  /** Beside a call that has just come nothing moves; what moves then ends at once. */
  function keepStill(value) {
    isStill = value;
    change.keepStill(value);
    if (isStill) progress.hide();
  }

  /** Whether a page of the last shown item stands in the box. */
  const stands = () => placed?.pages.some(({ element }) => element === box.firstChild) ?? false;

  return {
    greet,
    show,
    stands,
    cover,
    keepStill,
    halt: change.end,
    resettle,
    // covered media have no room to be measured in
    prepare: (key, content) => void (measure.clientWidth && prepared(key, content)),
    /** How long the only page of the shown item takes to read, in ms; null for several, or a part. */
    readingMs: () => {
      const [page, ...more] = current?.pages ?? [];
      return !page || more.length || page.isForced || current.media?.tagName === "VIDEO"
        ? null
        : page.reading;
    },
  };
}

/** A video that is not shown any more gives its decoder back. */
function release({ media }) {
  if (media?.tagName !== "VIDEO") return;
  media.pause();
  media.removeAttribute("src");
  media.load();
}

const secondsAt = (video, position) => Math.min(position / 1000, Math.max((video.duration || 0) - 0.1, 0));
const isNear = (video, position) => Math.abs(video.currentTime - secondsAt(video, position)) < 1;

/** Resolve when each sign of a text is decoded, or cannot be: its words are shown without it. */
const allDecoded = (signs) => Promise.allSettled(signs.map(loaded));

/** Resolve when an image is decoded, or a video has its first frame; reject when it cannot be shown. */
function loaded(media) {
  const work = media.tagName === "IMG" ? media.decode() : firstFrame(media);
  return Promise.race([
    work,
    new Promise((_, reject) => setTimeout(() => reject(new Error("not loaded in time")), READY_MS)),
  ]);
}

/** @returns {Promise<void>} */
function firstFrame(video) {
  return new Promise((resolve, reject) => {
    if (video.readyState >= 3) return resolve();
    video.addEventListener("canplay", () => resolve(), { once: true });
    video.addEventListener("error", () => reject(new Error(video.error?.message || "video")), { once: true });
    return video.load();
  });
}
