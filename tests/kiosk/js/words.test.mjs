// Sentences of the kiosk page: placeholders, plural forms, waits in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { serviceLines, speaker, waitText } from "../../../kiosk/static/words.js";

const SENTENCES = {
  fr: {
    "kiosk.wait.under": "moins de {high} min", "kiosk.wait.minutes": "{low} à {high} min", "kiosk.wait.mixed": "{low} à {high}",
    "kiosk.wait.about": "environ {duration}", "kiosk.wait.none": "pas d’attente", "kiosk.wait.caption": "d’attente",
    "kiosk.duration.minutes": "{minutes} min", "kiosk.duration.hours": "{hours} h", "kiosk.duration.hours_minutes": "{hours} h {minutes}",
    "kiosk.service.waiting": { one: "{count} personne attend", other: "{count} personnes attendent" },
    "kiosk.service.counter_open": "Guichet ouvert", "kiosk.service.no_counter": "Guichet fermé pour le moment",
    "kiosk.service.closed": "fermé", "kiosk.service.full": "complet", "kiosk.service.too_late": "terminé",
    "kiosk.service.appointment_only": "Sur rendez-vous",
  },
  en: { "kiosk.service.waiting": { one: "{count} person", other: "{count} people" } },
  ar: { "kiosk.service.waiting": { zero: "z", one: "o", two: "t", few: "{count} f", many: "m", other: "x" } },
};
const say = speaker(SENTENCES, "fr");
const service = (changes) => ({ state: "open", subtitle: null, next_opening: null, waiting: 0, wait: null, children: [], ...changes });

for (const [lowS, highS, text] of [
  [0, 0, "moins de 5 min"], [10, 200, "moins de 5 min"], [0, 900, "moins de 15 min"], [301, 599, "5 à 10 min"], [1500, 2700, "25 à 45 min"],
  [600, 600, "environ 10 min"], [3600, 3600, "environ 1 h"], [3000, 4500, "50 min à 1 h 15"], [3600, 7200, "1 h à 2 h"],
  [3900, 8100, "1 h 05 à 2 h 15"], [0, 3600, "5 min à 1 h"],
]) {
  test(`a wait of ${lowS} to ${highS} s is « ${text} »`, () => assert.equal(waitText({ low_s: lowS, high_s: highS }, say), text));
}

test("a count chooses its plural form in its language", () => {
  assert.equal(say("kiosk.service.waiting", { count: 0 }), "0 personne attend");
  assert.equal(say("kiosk.service.waiting", { count: 2 }), "2 personnes attendent");
  assert.equal(speaker(SENTENCES, "en")("kiosk.service.waiting", { count: 0 }), "0 people");
  assert.equal(speaker(SENTENCES, "ar")("kiosk.service.waiting", { count: 5 }), "5 f");
});

test("a sentence that a language lacks is said in French, an unknown key is an error", () => {
  assert.equal(speaker(SENTENCES, "en")("kiosk.service.closed"), "fermé");
  assert.throws(() => say("kiosk.nothing"), /kiosk\.nothing/);
});

test("a service says its queue and its wait", () => {
  assert.deepEqual(serviceLines(service({ waiting: 7, wait: { low_s: 1500, high_s: 2700 } }), say),
    { small: "7 personnes attendent", strong: "25 à 45 min", caption: "d’attente" });
});

test("no wait is said only where the menu says none", () => {
  assert.deepEqual(serviceLines(service({ wait: { none: true } }), say), { small: "Guichet ouvert", strong: "pas d’attente", caption: "" });
  assert.deepEqual(serviceLines(service({ wait: null }), say), { small: "", strong: "", caption: "" });
  assert.equal(serviceLines(service({ state: "no_counter" }), say).small, "Guichet fermé pour le moment");
});

test("a closed service says when it opens", () => {
  const opening = { at: "2026-11-24T13:00:00Z", text: "Ouvre aujourd’hui à 14 h" };
  assert.deepEqual(serviceLines(service({ state: "closed", next_opening: opening }), say),
    { small: "Ouvre aujourd’hui à 14 h", strong: "", caption: "fermé" });
});

test("a folder says what it holds and no wait", () => {
  assert.deepEqual(serviceLines(service({ subtitle: "Titre de séjour", children: [service({})] }), say),
    { small: "Titre de séjour", strong: "", caption: "" });
});
