import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { placeParts, recallParts, textIn, wordsOf } from "../../signage/static/words.js";

const { cases } = JSON.parse(readFileSync(new URL("vectors/recall.json", import.meta.url)));
const words = wordsOf(
  "fr",
  {
    people_one: "{number} personne",
    people_other: "{number} personnes",
    no_wait: "pas d’attente",
    under: "moins de {high}",
    range_minutes: "{low} à {high} min",
    over: "plus de {low}",
    range: "{low} à {high}",
    minutes: "{minutes} min",
    hours: "{hours} h {minutes}",
    not_live: "depuis {time}",
    not_live_date: "depuis le {date} à {time}",
    announcement: "Numéro {number}, {place}",
    opening_today: "aujourd’hui à {time}",
    opening_day: "{day} à {time}",
    recall: "{rank}[e] appel",
  },
  { timeZone: "Europe/Paris" },
);

for (const { template, rank, parts } of cases) {
  test(`the mark of recall ${rank} in "${template}"`, () =>
    assert.deepEqual(recallParts(template, rank), parts));
}

test("people are counted in the language's own plural", () => {
  assert.equal(words.count("people", 0), "0 personne");
  assert.equal(words.count("people", 1), "1 personne");
  assert.equal(words.count("people", 12), "12 personnes");
});

test("a wait is a range, never a dash, and nothing when nothing is known", () => {
  assert.equal(words.wait(null), null);
  assert.equal(words.wait({ none: true }), "pas d’attente");
  assert.equal(words.wait({ low_s: 0, high_s: 0 }), "pas d’attente");
  assert.equal(words.wait({ low_s: 1_500, high_s: 2_700 }), "25 à 45 min");
  assert.equal(words.wait({ low_s: 0, high_s: 900 }), "moins de 15 min");
  assert.equal(words.wait({ low_s: 0, high_s: 4_200 }), "moins de 1 h 10");
  assert.equal(words.wait({ low_s: 600, high_s: 2_100, said: "under" }), "moins de 35 min");
  assert.equal(words.wait({ low_s: 1_800, high_s: 5_400, said: "over" }), "plus de 30 min");
  assert.equal(words.wait({ low_s: 600, high_s: 600 }), "10 min");
  assert.equal(words.wait({ low_s: 50 * 60, high_s: 65 * 60 }), "50 min à 1 h 05");
});

test("the clock is the hall's, with two digits and 24 hours", () => {
  assert.equal(words.time(Date.parse("2026-11-24T08:05:00Z")), "09:05");
  assert.equal(words.time(Date.parse("2026-11-23T23:05:00Z")), "00:05");
});

test("a page not live since another day says which", () => {
  const evening = Date.parse("2026-11-23T17:00:00Z");
  assert.equal(words.notLiveSince(evening, evening + 60_000), "depuis 18:00");
  assert.equal(words.notLiveSince(evening, evening + 86_400_000), "depuis le 23 novembre à 18:00");
});

test("an opening says its hour, and its day if it is another one", () => {
  const monday = Date.parse("2026-11-30T07:30:00Z");
  assert.equal(words.opening(monday, monday - 3_600_000), "aujourd’hui à 08:30");
  assert.equal(words.opening(monday, monday - 86_400_000), "lundi 30 novembre à 08:30");
});

test("a call is announced digit by digit", () => {
  assert.equal(words.announcement("A042", "guichet 3"), "Numéro A 0 4 2, guichet 3");
});

test("a label is split where its mark begins, and left whole where it has none", () => {
  assert.deepEqual(placeParts("guichet 3"), { word: "guichet", mark: "3" });
  assert.deepEqual(placeParts("bureau 112 bis"), { word: "bureau", mark: "112 bis" });
  assert.deepEqual(placeParts("guichet B2"), { word: "guichet", mark: "B2" });
  assert.deepEqual(placeParts("salle d’attente 12"), { word: "salle d’attente", mark: "12" });
  assert.equal(placeParts("accueil numérique"), null);
  assert.equal(placeParts("bureau des associations, bâtiment B et C"), null);
});

test("a text is given in the first chosen language it has, else in any", () => {
  assert.deepEqual(textIn({ fr: "bleu", en: "blue" }, ["en"]), { text: "blue", language: "en" });
  assert.deepEqual(textIn({ ar: "أزرق" }, ["fr"]), { text: "أزرق", language: "ar" });
  assert.equal(textIn({}, ["fr"]), null);
  assert.equal(textIn(undefined, ["fr"]), null);
});

test("a local date is written in words, another text stays unchanged", () => {
  assert.equal(wordsOf("fr", {}).date("2026-11-02"), "2 novembre 2026");
  assert.equal(wordsOf("en", {}, { timeZone: "America/New_York" }).date("2026-11-02"), "November 2, 2026");
  assert.equal(wordsOf("fr", {}).date("novembre"), "novembre");
});
