// The large calls of a screen as DOM. Sizes are chosen by measuring, once for all cards, and remembered:
// cards like those shown before are painted in the sizes of those, which one measurement proves after.

import { directionOf } from "/assets/directions.js";
import { ring } from "./ring.js";
import { make, signOf } from "./slide_parts.js";
import { placeParts, textIn } from "./words.js";

/** On the whole width: with directions at the end of the line; under it; or as beside the notices. */
const WIDE = ["wide", "broad", "tall"];
const WITHOUT_NOTICES = new Set(["calls", "counter", "door"]); // screens that show no notices
const SIZES = ["0", "1", "2", "3"]; // of a place beside its number
const STACKED = ["0", "1", "2"]; // of one that takes its own lines
const MOST_REMEMBERED = 200;

/**
 * Return the cards in `area`, or in `beside`, the notices' room: `write(cards, how)` writes them into the
 * page, in the remembered sizes of similar cards or measured; `settle()` verifies unmeasured sizes and
 * returns whether all have room; `fits(cards, how)` writes and returns it, from memory where it can;
 * `fill(isFull)` when no list has room under them; `forget()` before everything is measured again. `how`
 * is `{words, languages, ways, place, isPast}`: a card of a call that may be over, because the server is
 * away, says when it was. A shown card keeps its place and its size. A new one appears above it, smaller
 * if necessary, else in the notices' room. Only where it has no room there either, all cards are laid out
 * again on the whole width.
 */
export function createCards(area, besideArea, body) {
  const remembered = new Map(); // by what cards are like: {layout, isTight, places, isInside, isFull}
  let written = null; // {key, shape, base, elements, ids, kept, found}
  let stood = null; // what was written last and had room: a card that has none leaves the others as they were
  let isInside = null; // of what is written; null: not measured yet

  /** Whether anything changed. */
  function write(given, { words, languages, ways, place, isPast }) {
    const cards = [...given].reverse(); // the newest first; the one that was alone keeps its place under it
    const base = WITHOUT_NOTICES.has(place?.layout) ? WIDE[0] : "side";
    const contents = cards.map((card) =>
      JSON.stringify([
        card.key,
        card.counter.label,
        card.counter.direction,
        card.counter.visitor,
        card.counter.hearing_loop,
        place?.arrow,
        card.isNew,
        isPast,
      ]),
    );
    const key = JSON.stringify([contents, base]);
    if (cards.length) set("view", "calls"); // hidden elements cannot be measured
    if (written?.key === key) return false;
    const kept = keptPlaces(cards, base);
    const old = new Map(all().map((element) => [element.dataset.content, element]));
    const elements = cards.map(
      (card, at) =>
        old.get(contents[at]) ??
        makeCard(card, contents[at], { words, languages, ways, arrow: place?.arrow, isPast }),
    );
    for (const element of all()) if (!elements.includes(element)) element.remove();
    const shape = shapeOf(cards, kept, { base, place, isPast });
    const former = remembered.get(shape);
    written = { key, shape, base, elements, ids: cards.map(idOf), kept, found: null };
    isInside = null;
    apply(
      former ?? {
        layout: base,
        places: elements.map((element, at) => kept[at] ?? { room: "calls", size: firstSize(element) }),
      },
    );
    show(former?.isFull);
    if (!former && cards.length) settle();
    else if (former?.isInside) stood = written;
    return true;
  }

  const all = () => [...besideArea.children, ...area.children];

  /**
   * The places of the cards already shown, which they keep. None where all were laid out again, or one has
   * left.
   */
  function keptPlaces(cards, base) {
    const { found, ids } = stood ?? {};
    const isKept = cards.length > 1 && found?.layout === base && !found.isTight;
    return cards.map((card) => (isKept ? (found.places[ids.indexOf(idOf(card))] ?? null) : null));
  }

  /** Sizes known not to fit are not tried again; sizes known to fit are verified once they are painted. */
  function fits(cards, how) {
    const base = WITHOUT_NOTICES.has(how.place?.layout) ? WIDE[0] : "side";
    const newestFirst = [...cards].reverse();
    const former = remembered.get(shapeOf(newestFirst, keptPlaces(newestFirst, base), { ...how, base }));
    if (former?.isInside === false) return false;
    write(cards, how);
    return former ? true : settle();
  }

  function settle() {
    isInside ??= remembers() ?? search();
    if (isInside) stood = written;
    return isInside;
  }

  /** The remembered sizes for cards like these, if the earlier ones were equal. */
  function remembers() {
    const former = remembered.get(written.shape);
    if (!former) return null;
    const isRight = !former.isInside || (areInside() && written.elements.every(isPlaceWhole));
    return isRight ? former.isInside : null;
  }

  function search() {
    const found = oneAfterTheOther() ?? anew();
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(written.shape, found);
    return found.isInside;
  }

  /** Each new card where it has room while the older ones do not move; null where one has none. */
  function oneAfterTheOther() {
    const places = [...written.kept];
    const { base, elements } = written;
    const arrangement = { layout: base, places, isInside: true };
    for (let at = elements.length - 1; at >= 0; at -= 1) {
      places[at] ??= waysIn(base, elements.length - at).find((way) => isPlaced(arrangement, at, way));
      if (!places[at]) return null;
    }
    apply(arrangement);
    return areInside() ? arrangement : null; // a second call of who is shown makes its card higher
  }

  /**
   * Lay out a card in this way, in the largest size in which its place is whole; returns whether it has room.
   */
  function isPlaced(arrangement, at, way) {
    const element = written.elements[at];
    way.size = firstSize(element);
    for (let size = null; size !== way.size;) {
      size = way.size;
      apply({
        ...arrangement,
        places: arrangement.places.map((place, other) => (other === at ? way : place)),
      });
      if (!isPlaceWhole(element)) way.size = smaller(size);
    }
    return areInside();
  }

  /**
   * All cards on the whole width: the first layout in which they fit, each place in the largest size it has
   * room for.
   */
  function anew() {
    const { elements } = written;
    const isTight = elements.length > 2;
    const compact = elements.length === 2 ? [false, true] : [false];
    const tries = [false, true].flatMap((isBroken) =>
      WIDE.flatMap((layout) =>
        // on a line of its own a place is less high
        [false, true].flatMap((isStacked) =>
          compact.map((isCompact) => ({ layout, isBroken, isStacked, isCompact })),
        ),
      ),
    );
    /** @type {any} how the cards stand in the last one that was tried */
    let found = null;
    for (const { layout, isBroken, isStacked, isCompact } of tries) {
      const sizeOf = (element) => (isStacked ? `stacked ${STACKED[0]}` : firstSize(element));
      const places = elements.map((element, at) => ({
        room: "calls",
        size: sizeOf(element),
        isCompact: isCompact && at === 0,
      }));
      found = { layout, isTight, isBroken, places, isInside: false };
      for (let isChanged = true; isChanged;) {
        apply(found);
        isChanged = false;
        for (const [at, element] of elements.entries()) {
          const next = isPlaceWhole(element) ? places[at].size : smaller(places[at].size);
          isChanged ||= next !== places[at].size;
          places[at].size = next;
        }
      }
      found.isInside = areInside();
      if (found.isInside) break;
    }
    return found;
  }

  /** Cards whose place is not found yet are out of the page. */
  function apply(found) {
    written.found = found;
    set("layout", found.layout);
    set("tight", found.isTight ? "yes" : "no");
    set("broken", found.isBroken ? "yes" : "no");
    const rooms = { calls: [], beside: [] };
    written.elements.forEach((element, at) => {
      const place = found.places[at];
      if (!place) return element.remove();
      rooms[place.room].push(element);
      resize(element, place.size);
      return element.toggleAttribute("data-compact", Boolean(place.isCompact));
    });
    set("beside", rooms.beside.length ? "yes" : "no");
    if (rooms.beside.length) set("crowded", "no"); // the lists leave the notices' room to it
    stand(area, rooms.calls);
    stand(besideArea, rooms.beside);
    set("cards", String(written.elements.length));
  }

  function fill(isFull) {
    const former = remembered.get(written.shape);
    if (former) former.isFull = isFull;
    show(isFull);
  }

  function show(isFull) {
    if (isFull && written?.found?.isTight)
      set("full", ""); // else the cards would move
    else delete body.dataset.full;
  }

  // an empty area is hidden
  const areInside = () =>
    all().every(isCardWhole) &&
    heightOf(area) + marginUnder(area) <= roomIn(area.parentElement) + 1 &&
    (!besideArea.firstElementChild || heightOf(besideArea) <= roomIn(besideArea) + 1);

  /** The room that the cards take of that of calls, in px of the page. */
  const height = () => heightOf(area);

  function forget() {
    remembered.clear();
    written = stood = null;
  }

  function set(name, value) {
    if (body.dataset[name] !== value) body.dataset[name] = value;
  }

  return { write, settle, fits, fill, height, forget };
}

/**
 * The ways for a card that is so many-th from the oldest: above the others, smaller, or in the notices' room.
 */
function waysIn(base, rank) {
  const rooms = base === "side" && rank > 1 ? ["calls", "beside"] : ["calls"];
  return rooms.flatMap((room) =>
    (rank > 1 ? [false, true] : [false]).map((isCompact) => ({ room, isCompact })),
  );
}

/** A card is the same while it shows one call at one place, however often it is repeated. */
const idOf = ({ call, counter: { label, direction, visitor, hearing_loop: loop } }) =>
  JSON.stringify([call, label, direction, visitor, loop]);

function stand(room, elements) {
  for (const element of [...room.children]) if (!elements.includes(element)) element.remove();
  elements.forEach(
    (element, at) => room.children[at] === element || room.insertBefore(element, room.children[at] ?? null),
  );
}

function heightOf({ firstElementChild: first, lastElementChild: last }) {
  return first ? last.getBoundingClientRect().bottom - first.getBoundingClientRect().top : 0;
}

const marginUnder = (box) => Number.parseFloat(getComputedStyle(box).marginBottom);

function roomIn(box) {
  const { paddingTop, paddingBottom } = getComputedStyle(box);
  return box.clientHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom);
}

/**
 * The key of the cards' room: their numbers without the digits, their places, their directions, which are
 * recalls, and which are already shown.
 */
function shapeOf(cards, kept, { base, place, isPast }) {
  const each = ({ number, rank, counter: { label, direction, visitor, hearing_loop: loop } }) => [
    number.replace(/\d/g, "0"),
    label.replace(/\d/g, "0"),
    direction,
    visitor,
    loop,
    rank > 1 ? String(rank).length : 0,
  ];
  return JSON.stringify([base, place?.arrow, Boolean(isPast), cards.map(each), kept]);
}

const firstSize = (card) =>
  card.querySelector(".card-place").dataset.long === "yes" ? `stacked ${STACKED[0]}` : SIZES[0];

/**
 * The next smaller size; where even the smallest is too wide beside the number, the place gets its own lines.
 */
function smaller(size) {
  const steps = [...SIZES, ...STACKED.map((each) => `stacked ${each}`)];
  return steps[Math.min(steps.indexOf(size) + 1, steps.length - 1)];
}

function resize(card, size) {
  const place = card.querySelector(".card-place");
  const stacked = size.startsWith("stacked ") ? size.slice(-1) : null;
  if (stacked === null) delete card.dataset.stacked;
  else if (card.dataset.stacked !== stacked) card.dataset.stacked = stacked;
  const besideArea = stacked === null ? size : place.dataset.long === "yes" ? null : SIZES.at(-1);
  if (besideArea !== null && place.dataset.size !== besideArea) place.dataset.size = besideArea;
}

function isPlaceWhole(card) {
  const place = card.querySelector(".card-place");
  const isInLine = !card.dataset.stacked || place.scrollHeight <= lineOf(place);
  return isInLine && place.scrollWidth <= place.clientWidth + 1;
}

/** Whether nothing in a card stands out at its end, nor the card out of its room. */
function isCardWhole(card) {
  const { right } = card.getBoundingClientRect();
  const edge = right - Number.parseFloat(getComputedStyle(card).paddingRight) + 1;
  const isOut = (part) =>
    part.scrollWidth > part.clientWidth + 1 || part.getBoundingClientRect().right > edge;
  return right <= card.parentElement.getBoundingClientRect().right + 1 && ![...card.children].some(isOut);
}

const lineOf = (place) => 1.5 * Number.parseFloat(getComputedStyle(place).fontSize);

function makeCard(card, content, { words, languages, ways, arrow, isPast }) {
  const element = make("article", card.isNew ? "card card-new" : "card");
  element.dataset.content = content;
  element.style.setProperty("--letters", String(card.number.length));
  if (card.isNew && !isPast) ring(element);
  element.append(make("p", "card-number", {}, card.number), makePlace(card.counter));
  if (isPast)
    element.append(make("p", "card-recall", {}, words.say("called_at", { time: words.time(card.calledAt) })));
  else if (card.rank > 1) {
    const recall = element.appendChild(make("p", "card-recall"));
    for (const [text, isRaised] of words.recall(card.rank))
      recall.append(isRaised ? make("sup", "", {}, text) : text);
  }
  const direction = textIn(card.counter.direction, languages);
  if (direction || arrow) element.append(makeWay(direction, arrow, words));
  if (card.counter.visitor) element.append(makeVisitorPlace(card.counter.visitor, ways, arrow));
  if (card.counter.hearing_loop) {
    const loop = element.appendChild(make("p", "card-loop", {}, words.say("hearing_loop")));
    loop.prepend(signOf("loop"));
  }
  return element;
}

/** The place, and the way there, in the language of the visitor who is called. */
function makeVisitorPlace({ language, label, direction }, ways, arrow) {
  const place = make("p", "card-visitor", { lang: language, dir: directionOf(language) });
  place.append(make("b", "", {}, label));
  const way = direction || (arrow && ways[language]?.[arrow]);
  if (way) place.append(" ", make("span", "", {}, way));
  return place;
}

/** The way to the counter behind the arrow of this screen, whose words stand where nothing else is said. */
function makeWay(direction, arrow, words) {
  const said = arrow ? words.say(`arrow_${arrow}`) : "";
  const { text, language } = direction ?? { text: said, language: words.language };
  const way = make("p", "card-direction", { lang: language, dir: "auto" });
  way.append(make("span", "", {}, text));
  if (!arrow) return way;
  way.classList.add("card-arrow");
  const sign = signOf("arrow", "icon", direction ? { role: "img", "aria-label": said } : undefined);
  sign.dataset.arrow = arrow;
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
