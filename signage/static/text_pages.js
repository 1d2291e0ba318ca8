// Where a text may be cut in pages, and where a line may not break. No browser here; what has room is passed
// in.

const SPACE = "\u00a0"; // it does not break
const TIME =
  /(\d) (?=(?:h|min|mn|s|sec|am|pm|jours?|semaines?|mois|ans?|années?|heures?|minutes?|secondes?|days?|weeks?|months?|years?|hours?|días?|semanas?|meses|años?|horas?|minutos?)(?![\p{L}\p{N}]))/gu;
const MEASURE =
  /(\d) (?=(?:mm|cm|m|km|m²|m2|kg|g|l|kB|ko|Mo|px|%|€|euros?|bis|ter|quater|°C)(?![\p{L}\p{N}]))/gu;
const HOUR_AND_MINUTES = /(\d[\u00a0\u202f ]?h) (?=\d)/gu;
const HOUR_BEFORE = /(?<![\p{L}\p{N}])([ÀàAa]|at|las?) (?=\d{1,2}(?:[\u00a0\u202f ]?h(?![\p{L}])|:\d\d))/gu;
const DAY =
  /(\d|\b1er) (?=(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|January|February|March|April|May|June|July|August|September|October|November|December|de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))(?!\p{L}))/gu;
const TITLE_OF_NAME =
  /(?<![\p{L}\p{N}])(MM?\.|M(?:me|lle|e)s?|D[rR]a?\.?|Pr\.?|Mrs?\.?|Ms\.?|Sra?\.|Ste?) (?=\p{Lu})/gu;
const NUMBER_OF =
  /(?<![\p{L}\p{N}])([Nn][°ºo]|art\.|bât\.|p\.|[Gg]uichet|[Bb]ureau|[Ss]alle|[Pp]orte|[Dd]esk|[Cc]ounter|[Oo]ffice|[Oo]ficina) (?=\d)/gu;
const THOUSANDS = /(\d) (?=\d{3}(?!\d))/gu;
const BOUND = [HOUR_BEFORE, THOUSANDS, TIME, MEASURE, HOUR_AND_MINUTES, DAY, TITLE_OF_NAME, NUMBER_OF];

/**
 * The text with spaces that do not break where a line must not: between a number and its unit or month,
 * inside a time and thousands, after « à » before an hour, « M. » before a name, « n° » before a number.
 */
export const bound = (text) => BOUND.reduce((made, each) => made.replace(each, `$1${SPACE}`), text);

const ENDS = /[.!?…؟۔。]["'»”’)\]\u00a0\u202f]*$/u;
const CLAUSE_ENDS = /[,;:،؛–—]["'»”’)\]\u00a0\u202f]*$/u;
// of French, English and Spanish, without their accents
const ABBREVIATIONS = new Set(
  (
    "m mm mme mmes mlle me dr pr mr mrs ms st ste no n nos art al av bd bat tel cf ex p pp ref " +
    "env max min sr sra d ud uds num pag c a i e g"
  ).split(" "),
);
const INITIAL = /^(?:\p{Lu}\.)+$/u;
const RANK = /^\d+\.$/;

/** How many words are over after each sentence, in order; the last one ends with the words. */
export function sentenceEnds(words) {
  const ends = [];
  let begins = 0;
  words.forEach((word, at) => {
    const next = words[at + 1];
    if (next === undefined || isSentenceEnd(word.trim(), next.trim(), at === begins)) {
      ends.push(at + 1);
      begins = at + 1;
    }
  });
  return ends;
}

function isSentenceEnd(word, next, isFirst) {
  if (!ENDS.test(word) || /^\p{Ll}/u.test(next)) return false;
  if (INITIAL.test(word) || (isFirst && RANK.test(word))) return false;
  const plain = word
    .replace(/^["'«“([\u00a0\u202f]+/u, "")
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
  return !(plain.endsWith(".") && ABBREVIATIONS.has(plain.slice(0, -1)));
}

/** How many words are over after each part of a sentence. */
export const clauseEnds = (words) =>
  words.flatMap((word, at) => (CLAUSE_ENDS.test(word.trim()) ? [at + 1] : []));

/**
 * Cut so many words in pages `[from, to)` that `fits(from, to)` allows, as full as they may be. `levels` are
 * lists of places (counts of words) where a page may end, the best first: a page ends at a place of a later
 * level only where not one of the former ones has room. Of `blocks` (ends of paragraphs and items) one that
 * leaves less than half a page empty is taken. A last page of a few words shares the one before with it,
 * where a place allows. Null as soon as a page could end at no place; `isForced`: it ends after its first
 * word then.
 */
export function pagesOf(count, fits, levels, { blocks = [], isForced = false } = {}) {
  /** @type {[from: number, to: number][]} */
  const found = [];
  for (let from = 0; from < count;) {
    const to = pageEnd(from, count, fits, levels, blocks) ?? (isForced ? from + 1 : null);
    if (to === null) return null;
    found.push([from, to]);
    from = to;
  }
  return found.length > 1 ? evened(found, fits, levels[0] ?? []) : found.length ? found : [[0, 0]];
}

function pageEnd(from, count, fits, levels, blocks) {
  if (fits(from, count)) return count;
  for (const places of levels) {
    const inside = places.filter((place) => place > from && place < count);
    const most = lastThatFits(inside, (place) => fits(from, place));
    if (most === null) continue;
    const block = blocks.findLast((place) => place <= most && place - from > (most - from) / 2);
    return block ?? most;
  }
  return null;
}

/**
 * The last of some places, in order, for which `isRight` holds; null for none. More words never need less
 * room.
 */
function lastThatFits(places, isRight) {
  let low = -1;
  let high = places.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isRight(places[middle])) low = middle;
    else high = middle - 1;
  }
  return low < 0 ? null : places[low];
}

function evened(pages, fits, places) {
  const [[first, between], [, last]] = pages.slice(-2);
  if ((last - between) * 3 >= between - first) return pages;
  const middle = (first + last) / 2;
  const nearer = places
    .filter((place) => place > first && place < between)
    .sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))
    .find((place) => fits(first, place) && fits(place, last));
  return nearer === undefined ? pages : [...pages.slice(0, -2), [first, nearer], [nearer, last]];
}

export const SMALLEST_PX = 56; // on any screen
const USUAL_PX = 76;
const STEP_PX = 4;

/**
 * The sizes of a text's letters, the largest first, in px of a 1920 × 1080 screen: `legible` down to `least`,
 * which the
 * last reader can still read; `smaller` ones below it, for a sentence that has no room on a page of its own.
 */
export function textSizes(least, usual = USUAL_PX) {
  const floor = Math.max(least, SMALLEST_PX);
  return {
    legible: sizesDown(usual, floor),
    smaller: floor > SMALLEST_PX ? sizesDown(floor - STEP_PX, SMALLEST_PX).filter((px) => px < floor) : [],
  };
}

/**
 * What `make(size)` makes in the largest of some sizes (the largest first) in which it is not null; null for
 * none. In all smaller sizes it is not null either.
 */
export function largestOf(sizes, make) {
  const first = make(sizes[0]);
  if (first !== null || sizes.length === 1) return first;
  let found = make(sizes.at(-1));
  if (found === null) return null;
  let [tooLarge, right] = [0, sizes.length - 1];
  while (right - tooLarge > 1) {
    const middle = Math.floor((tooLarge + right) / 2);
    const made = make(sizes[middle]);
    if (made === null) tooLarge = middle;
    else [right, found] = [middle, made];
  }
  return found;
}

/** Sizes in px from the largest to the smallest, both included; the smallest alone where it is larger. */
export function sizesDown(largest, smallest) {
  const steps = Math.max(Math.ceil((largest - smallest) / STEP_PX), 0);
  return [...Array.from({ length: steps }, (_, step) => largest - step * STEP_PX), smallest];
}

const QUICKEST = { start: 1_500, word: 200 };

/** How long it takes at least to read a page of so many words, in milliseconds. */
export const readingMs = (words) => QUICKEST.start + words * QUICKEST.word;

/** How long an item stays so that each of its pages can be read: its configured time, or more. */
export const turnMs = (ms, reading) =>
  Math.max(ms, reading.length > 1 ? reading.reduce((sum, each) => sum + each, 0) : 0);
