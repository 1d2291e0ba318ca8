// The board of calls as DOM: one column of rows, each the same three places, the newest first. Its sizes
// follow from the widths of words by the rules of screen.css; nothing is tried out.

import { directionOf } from "/assets/directions.js";
import { cardsInTurn, MOST_ROWS } from "./cards_state.js";
import { ring } from "./ring.js";
import { make, signOf } from "./slide_parts.js";
import { placeParts, textIn } from "./words.js";

const PUSH = { duration: 180, easing: "ease-out" };
const STILL = "(prefers-reduced-motion: reduce)";
const LEAST_LARGE_PX = 150; // of number and counter beside each other; else the counter stands under
const [LARGE_WORD, ROW_PX, ROW_WORD_PX, FIRST_PX] = [0.375, 116, 88, 400]; // as in screen.css

/**
 * Return the board in `area`: `write(cards, how)` shows the cards of the present turn and returns whether any
 * changed; `settle()` counts the rows that have room and returns whether that has changed; `forget()` before
 * everything is drawn again. `how` is `{words, languages, ways, place, isPast, at}`, `at` the server's
 * milliseconds. The call of which the words are too long for its room has that of the notices, too
 * (`data-crowded`).
 */
export function createBoard(area, body) {
  /** @type {Map<string, HTMLElement>} the rows on the page, by call */
  let rows = new Map();
  let writtenKey = "";
  let measured = "";
  let room = MOST_ROWS;
  let rowPx = 0;
  let widths = createWidths();

  function write(all, { at, words, languages, ways, place: screenPlace, isPast }) {
    const how = { words, languages, ways, place: screenPlace, isPast };
    const cards = cardsInTurn(all, room, at);
    const contents = cards.map((card) => contentOf(card, how));
    const key = JSON.stringify(contents);
    if (key === writtenKey) return false;
    writtenKey = key;
    if (cards.length && body.dataset.view !== "calls") body.dataset.view = "calls"; // shown, to be measured
    const visibleRows = [...rows].filter(([, row]) => row.offsetLeft === 0);
    const tops = new Map(visibleRows.map(([call, row]) => [call, row.offsetTop]));
    rows = new Map(cards.map((card, nth) => [card.call, rowOf(card, contents[nth], how)]));
    area.replaceChildren(...rows.values());
    if (contents[0] === measured) place();
    else makeRoom(contents[0] ?? "");
    if (!matchMedia(STILL).matches) push(tops);
    return true;
  }

  function rowOf(card, content, how) {
    const former = rows.get(card.call);
    return former?.dataset.content === content ? former : makeCard(card, content, { ...how, widths });
  }

  /** The notices leave where the first call has no room beside them; they come back with the next one. */
  function makeRoom(content) {
    measured = content;
    for (const isCrowded of ["no", "yes"]) {
      if (body.dataset.crowded !== isCrowded) body.dataset.crowded = isCrowded;
      place();
      const first = /** @type {HTMLElement | null} */ (area.firstElementChild);
      if (!first || first.offsetHeight <= area.clientHeight + 1) break;
    }
  }

  /** Where a counter has no room beside its number it stands under it, or smaller. */
  function place() {
    const roomPx = Number.parseFloat(getComputedStyle(area).getPropertyValue("--room"));
    for (const row of rows.values()) {
      const [number, mark, word, between] = row.dataset.widths?.split(" ").map(Number) ?? [];
      const isLarge = row.classList.contains("card-large");
      const neededPx = isLarge
        ? (number + Math.max(mark, word * LARGE_WORD)) * LEAST_LARGE_PX
        : Math.max(number * ROW_PX, FIRST_PX) + mark * ROW_PX + word * ROW_WORD_PX;
      row.toggleAttribute("data-long", !mark || neededPx + between > roomPx);
    }
  }

  /** Rows that were shown elsewhere go to their places: down for a newer call, up when one has left. */
  function push(tops) {
    for (const [call, row] of rows) {
      const fromPx = (tops.get(call) ?? row.offsetTop) - row.offsetTop;
      if (fromPx) row.animate({ translate: [`0 ${fromPx}px`, "none"] }, PUSH);
    }
  }

  function settle() {
    const [first, ...others] = rows.values();
    if (!first) return false;
    const isLarge = first.classList.contains("card-large");
    const below = isLarge ? others : [first, ...others];
    rowPx = Math.max(rowPx, ...below.map((row) => row.offsetHeight));
    if (!rowPx) return false;
    const usedPx = isLarge ? first.offsetHeight + Number.parseFloat(getComputedStyle(first).marginBottom) : 0;
    const freePx = area.clientHeight + 1 - usedPx;
    const former = room;
    room = Math.max(rows.size - below.length + Math.floor(freePx / rowPx), 1);
    return room !== former;
  }

  function forget() {
    writtenKey = measured = "";
    room = MOST_ROWS;
    rowPx = 0;
    rows = new Map();
    widths = createWidths();
  }

  return { write, settle, forget };
}

/** What a row shows: one that shows the same is the same element. */
const contentOf = ({ key, number, counter, isLarge, isNew }, { place, isPast }) =>
  JSON.stringify([
    ...[key, number, isLarge, isLarge && isNew, isPast, place?.arrow],
    ...[counter.label, isLarge && [counter.direction, counter.visitor, counter.hearing_loop]],
  ]);

/** Returns the width of a text in bold letters of the page’s font, in em, every digit as wide as the next. */
function createWidths() {
  const pencil = document.createElement("canvas").getContext?.("2d");
  if (!pencil) return (text) => text.length * 0.6;
  pencil.font = `780 100px ${getComputedStyle(document.body).fontFamily}`;
  return (text) => pencil.measureText(text.replace(/\d/g, "0")).width / 100;
}

function makeCard(card, content, { words, languages, ways, place, isPast, widths }) {
  const { number, counter, isLarge } = card;
  const row = make("article", isLarge ? "card card-large" : "card");
  row.dataset.content = content;
  if (card.isNew && isLarge) row.classList.add("card-new");
  if (card.isNew && isLarge && !isPast) ring(row);
  const arrow = place?.arrow;
  const parts = placeParts(counter.label);
  const [wide, mark, word] = [number, parts?.mark ?? "", parts?.word ?? ""].map((text) => widths(text));
  row.dataset.widths = [wide, mark, word, between(isLarge, arrow, isPast)].join(" ");
  const pair = Math.max(mark, word * LARGE_WORD);
  for (const [name, width] of Object.entries({ number: wide, pair, label: widths(counter.label) }))
    row.style.setProperty(`--${name}`, width.toFixed(3));
  row.append(make("p", "card-number", {}, number));
  const way = isLarge ? textIn(counter.direction, languages) : null;
  if (arrow) row.append(makeArrow(arrow, way || !isLarge ? words.say(`arrow_${arrow}`) : null));
  row.append(makePlace(counter.label, parts));
  if (isLarge || isPast) row.append(makeWay(card, way, { words, arrow, isPast }));
  if (isLarge && counter.visitor) row.append(makeVisitorPlace(counter.visitor, ways, arrow));
  if (isLarge && counter.hearing_loop) {
    const loop = row.appendChild(make("p", "card-loop", {}, words.say("hearing_loop")));
    loop.prepend(signOf("loop"));
  }
  return row;
}

/** The px between number and counter: gaps, the arrow, and in a row since when its call is over. */
const between = (isLarge, arrow, isPast) =>
  isLarge ? (arrow ? 210 : 60) : (arrow ? 150 : 40) + (isPast ? 400 : 0);

function makePlace(label, parts) {
  const place = make("p", "card-place", { dir: "auto" });
  if (!parts) place.textContent = label;
  else place.append(make("span", "card-word", {}, parts.word), " ", make("b", "card-mark", {}, parts.mark));
  return place;
}

/** The line of directions: a recall's rank, or when the call was, before the way to the counter. */
function makeWay(card, way, { words, arrow, isPast }) {
  const line = make("div", "card-way");
  if (isPast)
    line.append(make("p", "card-recall", {}, words.say("called_at", { time: words.time(card.calledAt) })));
  else if (card.rank > 1) {
    const recall = line.appendChild(make("p", "card-recall"));
    for (const [text, isRaised] of words.recall(card.rank))
      recall.append(isRaised ? make("sup", "", {}, text) : text);
  }
  const said = way ?? (arrow && { text: words.say(`arrow_${arrow}`), language: words.language });
  if (said && card.isLarge)
    line.append(make("p", "card-direction", { lang: said.language, dir: "auto" }, said.text));
  return line;
}

/** The place, and the way there, in the language of the visitor who is called. */
function makeVisitorPlace({ language, label, direction }, ways, arrow) {
  const place = make("p", "card-visitor", { lang: language, dir: directionOf(language) });
  place.append(make("b", "", {}, label));
  const way = direction || (arrow && ways[language]?.[arrow]);
  if (way) place.append(" ", make("span", "", {}, way));
  return place;
}

/** The arrow of this screen, named where no words beside it say the same. */
function makeArrow(arrow, name) {
  const sign = signOf("arrow", "icon", name === null ? undefined : { role: "img", "aria-label": name });
  sign.dataset.arrow = arrow;
  const place = make("p", "card-arrow");
  place.append(sign);
  return place;
}
