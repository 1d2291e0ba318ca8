import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bound,
  clauseEnds,
  pagesOf,
  readingMs,
  sentenceEnds,
  textSizes,
  turnMs,
} from "../../signage/static/text_pages.js";

const sentences = (text) => {
  const words = text.split(" ");
  return sentenceEnds(words).map((end, at, ends) => words.slice(ends[at - 1] ?? 0, end).join(" "));
};

test("a sentence ends with its mark, not with an abbreviation, an initial or the rank of a list", () => {
  assert.deepEqual(sentences("Fermé le 24. Ouvert\u00a0? Oui\u00a0! «\u00a0Non.\u00a0» Merci…"), [
    "Fermé le 24.",
    "Ouvert\u00a0?",
    "Oui\u00a0!",
    "«\u00a0Non.\u00a0»",
    "Merci…",
  ]);
  assert.deepEqual(sentences("Demandez M. Martin ou Mme. Petit, art. 5 du code."), [
    "Demandez M. Martin ou Mme. Petit, art. 5 du code.",
  ]);
  assert.deepEqual(sentences("1. Prenez un ticket. 2. Attendez."), ["1. Prenez un ticket.", "2. Attendez."]);
  assert.deepEqual(sentences("Voir J. P. Dupont. sans majuscule"), ["Voir J. P. Dupont. sans majuscule"]);
  assert.deepEqual(sentences("هل لديك موعد؟ تفضل."), ["هل لديك موعد؟", "تفضل."]);
  assert.deepEqual(clauseEnds(["un,", "deux", "trois\u00a0;", "quatre"]), [1, 3]);
});

test("no line parts an hour, a date, a name from its title, or a number from its unit", () => {
  const cases = {
    "25 à 45 min": "25 à 45~min",
    "de 8 h 30 à 12 h 15": "de 8~h~30 à~12~h~15",
    "1 200 euros": "1~200~euros",
    "80 % des 3 guichets": "80~% des 3 guichets",
    "le 24 décembre, le 1er mai": "le 24~décembre, le 1er~mai",
    "à 14 h, à 25 personnes": "à~14~h, à 25 personnes",
    "M. Dupont et Mme Roy, n° 12": "M.~Dupont et Mme~Roy, n°~12",
    "le 3 maisons": "le 3 maisons",
    "24 December, 24 de diciembre": "24~December, 24~de diciembre",
    "5 mètres": "5 mètres",
    "12 bis": "12~bis",
    "bureau 12, guichet 3": "bureau~12, guichet~3",
    "3 millions": "3 millions",
    "10 minutes.": "10~minutes.",
  };
  for (const [text, expected] of Object.entries(cases))
    assert.equal(bound(text), expected.replaceAll("~", "\u00a0"));
});

/** Random whole numbers below a bound, the same in each run. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const COUNTS = 2_000;

test("for any text: no word is lost, every page fits, and one ends inside a sentence only where that has no room alone", () => {
  for (let seed = 1; seed <= COUNTS; seed += 1) {
    const next = random(seed);
    const widths = Array.from({ length: next(60) }, () => 1 + next(9));
    const count = widths.length;
    const room = 8 + next(60);
    const places = (share) =>
      widths.map((_, at) => at + 1).filter((place) => place < count && next(100) < share);
    const blocks = places(10);
    const ends = [...new Set([...blocks, ...places(20)])].sort((one, other) => one - other);
    const clauses = [...new Set([...ends, ...places(20)])].sort((one, other) => one - other);
    const width = (from, to) => widths.slice(from, to).reduce((sum, each) => sum + each, 0);
    const fits = (from, to) => width(from, to) <= room;
    const everywhere = widths.map((_, at) => at + 1);
    const pages = pagesOf(count, fits, [ends, clauses, everywhere], { blocks, isForced: true });
    assert.deepEqual(
      pages.map(([from]) => from),
      [0, ...pages.slice(0, -1).map(([, to]) => to)],
    );
    assert.equal(pages.at(-1)[1], count);
    for (const [from, to] of pages) {
      assert.ok(fits(from, to) || to - from === 1, `page ${from}–${to} of ${widths} in ${room}`);
      if (to === count || ends.includes(to)) continue;
      const sentence = ends.find((place) => place > from) ?? count;
      assert.ok(!fits(from, sentence), "it was cut inside a sentence that has room");
      assert.ok(clauses.includes(to) || !fits(from, clauses.find((place) => place > from) ?? count));
    }
    const bounds = [0, ...ends.filter((place) => place < count), count];
    const haveAllRoom = bounds.slice(1).every((end, at) => fits(bounds[at], end));
    assert.equal(
      pagesOf(count, fits, [ends], { blocks }) !== null,
      haveAllRoom,
      "null for a sentence without room",
    );
  }
});

test("a sentence that has no room is known after a few questions: each lays out a page", () => {
  let questions = 0;
  const fits = (from, to) => {
    questions += 1;
    return to - from <= 50;
  };
  const sentences = Array.from({ length: 30 }, (_, at) => 200 + (at + 1) * 10);
  assert.equal(pagesOf(500, fits, [sentences, sentences]), null);
  assert.ok(questions <= 12, `${questions} questions`);
});

test("a page ends with a paragraph where it can, and the last one is not a word or two", () => {
  const lengths = (count, most, ends, blocks) =>
    pagesOf(count, (from, to) => to - from <= most, [ends], { blocks }).map(([from, to]) => to - from);
  assert.deepEqual(lengths(11, 8, [3, 6, 8, 11], [6, 11]), [6, 5]);
  assert.deepEqual(lengths(11, 8, [3, 8], [3]), [8, 3], "half a page stays empty for no paragraph");
  assert.deepEqual(lengths(11, 10, [3, 6, 10]), [6, 5]);
  assert.deepEqual(lengths(11, 10, [10]), [10, 1]);
  assert.deepEqual(
    pagesOf(0, () => true, [[]]),
    [[0, 0]],
  );
});

test("letters shrink to the size that the farthest reader can read, and below it only for a sentence without room", () => {
  assert.deepEqual(textSizes(56), { legible: [76, 72, 68, 64, 60, 56], smaller: [] });
  assert.deepEqual(textSizes(70), { legible: [76, 72, 70], smaller: [66, 62, 58, 56] });
  assert.deepEqual(textSizes(94), { legible: [94], smaller: [90, 86, 82, 78, 74, 70, 66, 62, 58, 56] });
  assert.deepEqual(textSizes(20).legible.at(-1), 56);
});

test("an item of several pages stays as long as they take to read", () => {
  assert.equal(readingMs(10), 3_500);
  assert.equal(turnMs(10_000, [3_500, 4_000, 5_000]), 12_500);
  assert.equal(turnMs(20_000, [3_500, 4_000]), 20_000);
  assert.equal(turnMs(1_000, [3_500]), 1_000, "what has one page stays as it was told to");
});
