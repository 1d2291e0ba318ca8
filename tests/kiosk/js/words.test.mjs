// Sentences of the kiosk page: placeholders, plural forms, waits in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  localeOf,
  longestLines,
  serviceLines,
  speaker,
  tagOf,
  waitText,
} from "../../../kiosk/static/words.js";

const SENTENCES = {
  fr: {
    "kiosk.wait.under": "moins de {high}",
    "kiosk.wait.over": "plus de {low}",
    "kiosk.wait.minutes": "{low} à {high} min",
    "kiosk.wait.mixed": "{low} à {high}",
    "kiosk.wait.about": "environ {duration}",
    "kiosk.wait.none": "pas d’attente",
    "kiosk.wait.caption": "d’attente",
    "kiosk.duration.minutes": "{minutes} min",
    "kiosk.duration.hours": "{hours} h",
    "kiosk.duration.hours_minutes": "{hours} h {minutes}",
    "kiosk.service.waiting": { one: "{count} personne attend", other: "{count} personnes attendent" },
    "kiosk.service.counter_open": "Guichet ouvert",
    "kiosk.service.no_counter": "Guichet fermé pour le moment",
    "kiosk.service.closed": "fermé",
    "kiosk.service.full": "complet",
    "kiosk.service.too_late": "terminé",
    "kiosk.service.appointment_only": "Sur rendez-vous",
  },
  en: { "kiosk.service.waiting": { one: "{count} person", other: "{count} people" } },
  ar: { "kiosk.service.waiting": { zero: "z", one: "o", two: "t", few: "{count} f", many: "m", other: "x" } },
};
const say = speaker(SENTENCES, "fr");
const service = (changes) => ({
  state: "open",
  subtitle: null,
  next_opening: null,
  waiting: 0,
  wait: null,
  children: [],
  ...changes,
});

for (const [lowS, highS, said, text] of [
  [0, 900, "under", "moins de 15 min"],
  [0, 3900, "under", "moins de 1 h 05"],
  [300, 600, "between", "5 à 10 min"],
  [1500, 2700, "between", "25 à 45 min"],
  [600, 600, "about", "environ 10 min"],
  [3600, 3600, "about", "environ 1 h"],
  [3000, 4500, "between", "50 min à 1 h 15"],
  [3900, 8100, "between", "1 h 05 à 2 h 15"],
  [1800, 5400, "over", "plus de 30 min"],
  [6900, 9000, undefined, "1 h 55 à 2 h 30"],
  [0, 0, "under", "moins de 5 min"],
  [0, 300, undefined, "moins de 5 min"],
]) {
  test(`a wait of ${lowS} to ${highS} s said ${said} is « ${text} »`, () =>
    assert.equal(waitText({ low_s: lowS, high_s: highS, said }, say), text));
}

test("a count chooses its plural form in its language", () => {
  assert.equal(say("kiosk.service.waiting", { count: 0 }), "0 personne attend");
  assert.equal(say("kiosk.service.waiting", { count: 2 }), "2 personnes attendent");
  assert.equal(speaker(SENTENCES, "en")("kiosk.service.waiting", { count: 0 }), "0 people");
  assert.equal(speaker(SENTENCES, "ar")("kiosk.service.waiting", { count: 5 }), "5 f");
});

test("simple French is counted and dated as French, and browsers are told French", () => {
  const simple = { ...SENTENCES, "fr-x-simple": SENTENCES.fr };
  assert.equal(speaker(simple, "fr-x-simple")("kiosk.service.waiting", { count: 0 }), "0 personne attend");
  assert.deepEqual([tagOf("fr-x-simple"), tagOf("fa-AF")], ["fr", "fa-AF"]);
  assert.equal(localeOf("fr-x-simple").language, "fr");
});

test("a sentence missing in a language is French, an unknown key is an error", () => {
  assert.equal(speaker(SENTENCES, "en")("kiosk.service.closed"), "fermé");
  assert.throws(() => say("kiosk.nothing"), /kiosk\.nothing/);
});

test("a service says its queue and its wait", () => {
  assert.deepEqual(serviceLines(service({ waiting: 7, wait: { low_s: 1500, high_s: 2700 } }), say), {
    small: "7 personnes attendent",
    strong: "25 à 45 min",
    caption: "d’attente",
  });
});

test("the help line of a service stays when waits appear, and its row is as high from the start", () => {
  const help = { subtitle: "Une question, un courrier" };
  const busy = service({ ...help, waiting: 7, wait: { low_s: 1500, high_s: 2700 } });
  assert.deepEqual(serviceLines(busy, say), {
    small: help.subtitle,
    strong: "25 à 45 min",
    caption: "d’attente",
  });
  assert.deepEqual(serviceLines(service({ ...help, waiting: 7 }), say), {
    small: help.subtitle,
    strong: "",
    caption: "7 personnes attendent",
  });
  assert.deepEqual(serviceLines(service({ ...help, state: "no_counter" }), say), {
    small: help.subtitle,
    strong: "",
    caption: "Guichet fermé pour le moment",
  });
  for (const each of [busy, service({}), service({ wait: { none: true } })]) {
    const longest = longestLines(each, say);
    for (const [line, text] of Object.entries(serviceLines(each, say)))
      assert.ok(longest[line].length >= text.length);
    assert.ok(longest.small && longest.strong && longest.caption);
  }
});

test("« no wait » is shown only where the menu has it", () => {
  assert.deepEqual(serviceLines(service({ wait: { none: true } }), say), {
    small: "Guichet ouvert",
    strong: "pas d’attente",
    caption: "",
  });
  assert.deepEqual(serviceLines(service({ wait: null }), say), { small: "", strong: "", caption: "" });
  assert.equal(serviceLines(service({ state: "no_counter" }), say).small, "Guichet fermé pour le moment");
});

test("a closed service says when it opens", () => {
  const opening = { at: "2026-11-24T13:00:00Z", text: "Ouvre aujourd’hui à 14 h" };
  assert.deepEqual(serviceLines(service({ state: "closed", next_opening: opening }), say), {
    small: "Ouvre aujourd’hui à 14 h",
    strong: "",
    caption: "fermé",
  });
});

test("a folder names its services and no wait", () => {
  assert.deepEqual(serviceLines(service({ subtitle: "Titre de séjour", children: [service({})] }), say), {
    small: "Titre de séjour",
    strong: "",
    caption: "",
  });
});
