// The large calls of a screen as DOM. Sizes are chosen by measuring, once for all cards, and remembered: cards like those
// shown before are painted in the sizes of those, which one measurement proves after.

import { ring } from "./ring.js";
import { make } from "./slides.js";
import { placeParts, textIn } from "./words.js";

/** Beside the notices; on the whole width with directions at the end of the line; the same with directions under it. */
const LAYOUTS = ["side", "wide", "broad"];
const WITHOUT_NOTICES = new Set(["calls", "counter"]); // screens that show calls only
const SIZES = ["0", "1", "2", "3"]; // of a place beside its number
const STACKED = ["0", "1", "2"]; // of one that takes its own lines
const MOST_REMEMBERED = 200;

/**
 * Return the cards in `area`: `write(cards, how)` brings them into the page, in the sizes of cards like them or measured;
 * `settle()` proves what was not measured and answers whether all have room; `fits(cards, how)` writes and answers it, from
 * what is remembered where it can; `fill(isFull)` when no list has room under them; `forget()` before everything is
 * measured anew. `how` is `{words, languages, place, isPast}`: of calls that may be over, because the
 * server is away, a card says when they were.
 */
export function createCards(area, body) {
  const remembered = new Map(); // by what cards are like: {layout, sizes, isInside, isFull}
  let written = null; // {key, shape, isWhole, elements}
  let isInside = null; // of what is written; null: not measured yet

  /** Whether anything changed. */
  function write(given, { words, languages, place, isPast }) {
    const cards = [...given].reverse(); // the newest first; the one that was alone keeps its place under it
    const isWhole = isWithoutNotices(cards, place);
    const contents = cards.map((card) => JSON.stringify([card.key, card.counter.label, card.counter.direction, card.counter.hearing_loop, place?.arrow, card.isNew, isPast]));
    const key = JSON.stringify([contents, isWhole]);
    if (cards.length) set("view", "calls"); // what is hidden cannot be measured
    if (written?.key === key) return false;
    const old = new Map([...area.children].map((element) => [element.dataset.content, element]));
    const elements = cards.map((card, at) => old.get(contents[at]) ?? makeCard(card, contents[at], { words, languages, arrow: place?.arrow, isPast }));
    for (const element of [...area.children]) if (!elements.includes(element)) element.remove();
    elements.forEach((element, at) => area.children[at] === element || area.insertBefore(element, area.children[at] ?? null));
    set("cards", String(cards.length));
    const shape = shapeOf(cards, { place, isPast });
    const known = remembered.get(shape);
    written = { key, shape, isWhole, elements, older: cards.length === 2 ? remembered.get(shapeOf(cards.slice(1), { place, isPast })) : null };
    isInside = null;
    show(known?.isFull);
    apply(known ?? { layout: LAYOUTS[isWhole ? 1 : 0], sizes: startSizes(), isCompact: false });
    if (!known && cards.length) settle();
    return true;
  }

  /** What is known not to fit is not tried again, and what is known to fit is proven once it is painted. */
  function fits(cards, how) {
    const known = remembered.get(shapeOf([...cards].reverse(), how));
    if (known?.isInside === false) return false;
    write(cards, how);
    return known ? true : settle();
  }

  function settle() {
    isInside ??= remembers() ?? search();
    return isInside;
  }

  /** What is remembered of cards like these, if they are as those were. */
  function remembers() {
    const known = remembered.get(written.shape);
    if (!known) return null;
    const isRight = !known.isInside || (isInArea() && written.elements.every(isPlaceWhole));
    return isRight ? known.isInside : null;
  }

  /** The first layout in which all cards fit, each place in the largest size it has room for. */
  function search() {
    let found = null;
    for (const { layout, isCompact } of layoutsToTry()) {
      let sizes = startSizes();
      apply({ layout, sizes, isCompact });
      for (let isChanged = true; isChanged; ) {
        const next = written.elements.map((element, at) => (isPlaceWhole(element) ? sizes[at] : smaller(sizes[at])));
        isChanged = next.some((size, at) => size !== sizes[at]);
        if (isChanged) apply({ layout, sizes: (sizes = next), isCompact });
      }
      found = { layout, sizes, isCompact, isInside: isInArea() };
      if (found.isInside) break;
    }
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(written.shape, found);
    return found.isInside;
  }

  /** A second call changes nothing of the first one's card: its own is as large, or smaller; only where both have no room beside notices these leave. */
  function layoutsToTry() {
    const layouts = LAYOUTS.slice(written.isWhole ? 1 : 0);
    if (written.elements.length !== 2) return layouts.map((layout) => ({ layout, isCompact: false }));
    return layouts.flatMap((layout) => [false, true].map((isCompact) => ({ layout, isCompact })));
  }

  const startSizes = () => written.elements.map((element, at) => (at > 0 && written.older?.sizes[0]) || firstSize(element));

  function apply({ layout, sizes, isCompact }) {
    set("layout", layout);
    written.elements.forEach((element, at) => {
      resize(element, sizes[at]);
      element.toggleAttribute("data-compact", Boolean(isCompact) && at === 0);
    });
  }

  function fill(isFull) {
    const known = remembered.get(written.shape);
    if (known) known.isFull = isFull;
    show(isFull);
  }

  function show(isFull) {
    if (isFull) set("full", "");
    else delete body.dataset.full;
  }

  function isInArea() {
    const main = area.parentElement;
    const { paddingTop, paddingBottom } = getComputedStyle(main);
    return height() <= main.clientHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom) + 1;
  }

  /** The room that the cards take, in px of the page. */
  function height() {
    const { firstElementChild: first, lastElementChild: last } = area;
    return first ? last.getBoundingClientRect().bottom - first.getBoundingClientRect().top : 0;
  }

  function forget() {
    remembered.clear();
    written = null;
  }

  function set(name, value) {
    if (body.dataset[name] !== value) body.dataset[name] = value;
  }

  return { write, settle, fits, fill, height, forget };
}

const isWithoutNotices = (cards, place) => cards.length > 2 || WITHOUT_NOTICES.has(place?.layout);

/** What the room of cards depends on: their numbers but for their digits, their places, their ways and which are recalls. */
function shapeOf(cards, { place, isPast }) {
  const each = ({ number, rank, counter: { label, direction, hearing_loop: loop } }) =>
    [number.replace(/\d/g, "0"), label.replace(/\d/g, "0"), direction, loop, rank > 1 ? String(rank).length : 0];
  return JSON.stringify([isWithoutNotices(cards, place), place?.arrow, Boolean(isPast), cards.map(each)]);
}

const firstSize = (card) => (card.querySelector(".card-place").dataset.long === "yes" ? `stacked ${STACKED[0]}` : SIZES[0]);

/** The next smaller size; where even the smallest beside the number is too wide, a place takes its own lines. */
function smaller(size) {
  const steps = [...SIZES, ...STACKED.map((each) => `stacked ${each}`)];
  return steps[Math.min(steps.indexOf(size) + 1, steps.length - 1)];
}

function resize(card, size) {
  const place = card.querySelector(".card-place");
  const stacked = size.startsWith("stacked ") ? size.slice(-1) : null;
  if (stacked === null) delete card.dataset.stacked;
  else if (card.dataset.stacked !== stacked) card.dataset.stacked = stacked;
  const beside = stacked === null ? size : place.dataset.long === "yes" ? null : SIZES.at(-1);
  if (beside !== null && place.dataset.size !== beside) place.dataset.size = beside;
}

function isPlaceWhole(card) {
  const place = card.querySelector(".card-place");
  return card.dataset.stacked ? place.scrollHeight <= lineOf(place) : place.scrollWidth <= place.clientWidth + 1;
}

const lineOf = (place) => 1.5 * Number.parseFloat(getComputedStyle(place).fontSize);

function makeCard(card, content, { words, languages, arrow, isPast }) {
  const element = make("article", card.isNew ? "card card-new" : "card");
  element.dataset.content = content;
  if (card.isNew && !isPast) ring(element);
  element.append(make("p", "card-number", {}, card.number), makePlace(card.counter));
  if (isPast) element.append(make("p", "card-recall", {}, words.say("called_at", { time: words.time(card.calledAt) })));
  else if (card.rank > 1) {
    const recall = element.appendChild(make("p", "card-recall"));
    for (const [text, isRaised] of words.recall(card.rank)) recall.append(isRaised ? make("sup", "", {}, text) : text);
  }
  const direction = textIn(card.counter.direction, languages);
  if (direction) element.append(make("p", "card-direction", { lang: direction.language, dir: "auto" }, direction.text));
  if (card.counter.hearing_loop) element.append(makeLoop(words));
  if (arrow) element.append(makeArrow(arrow, words));
  return element;
}

/** That an induction loop helps at this counter, as a sign and in words. */
function makeLoop(words) {
  const loop = make("p", "card-loop", {}, words.say("hearing_loop"));
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("viewBox", "0 0 24 24");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  sign.appendChild(document.createElementNS(sign.namespaceURI, "use")).setAttribute("href", "#sign-loop");
  loop.prepend(sign);
  return loop;
}

/** Which way from this very screen the counters are, as a sign and in words. */
function makeArrow(arrow, words) {
  const way = make("p", "card-arrow", {}, words.say(`arrow_${arrow}`));
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("viewBox", "0 0 24 24");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  sign.dataset.arrow = arrow;
  const path = sign.appendChild(document.createElementNS(sign.namespaceURI, "path"));
  path.setAttribute("d", "M4 12h16m-7-7 7 7-7 7");
  way.prepend(sign);
  return way;
}

function makePlace(counter) {
  const place = make("p", "card-place");
  const parts = placeParts(counter.label);
  if (!parts) {
    place.dataset.long = "yes";
    place.textContent = counter.label;
    return place;
  }
  place.append(make("span", "card-word", {}, parts.word), " ", make("b", "card-mark", {}, parts.mark));
  return place;
}
