import assert from "node:assert/strict";
import { test } from "node:test";

import { alertAt, isLater, pagesOf, turnAt, withKnownWords } from "../../../kiosk/static/alert.js";

const TEXTS = {
  fr: { kinds: { evacuate: { title: "Évacuez", text: "Sortez." } }, drill: "EXERCICE", not_fire: "x" },
  en: { kinds: { evacuate: { title: "Leave", text: "Go." } }, drill: "DRILL", not_fire: "y" },
};

test("a late menu does not replace a newer alert", () => {
  const known = { epoch: "e", version: 7, alert: null };
  assert.ok(!isLater(known, { epoch: "e", version: 6 }));
  assert.ok(isLater(known, { epoch: "e", version: 7 }));
  assert.ok(isLater(known, { epoch: "f", version: 1 }));
});

test("an alert with a stated time ends by itself", () => {
  const at = Date.parse("2026-11-24T10:00:00Z");
  assert.equal(alertAt({ alert: { until: "2026-11-24T10:00:00Z" } }, at), null);
  assert.ok(alertAt({ alert: { until: null } }, at));
  assert.equal(alertAt(null, at), null);
});

test("prepared words are shown in every language of the hall that the kiosk has", () => {
  const pages = pagesOf({ kind: "evacuate", drill: true, texts: {} }, TEXTS, ["fr", "en", "ar"]);
  assert.deepEqual(
    pages.map(({ language, title, drill }) => [language, title, drill]),
    [
      ["fr", "Évacuez", "EXERCICE"],
      ["en", "Leave", "DRILL"],
    ],
  );
});

test("custom words are shown in all their languages, never in another", () => {
  const texts = { ar: { title: "تسرب", text: "" }, fr: { title: "Fuite", text: "Restez assis." } };
  const pages = pagesOf({ kind: "custom", drill: false, texts }, TEXTS, ["fr", "en"]);
  assert.deepEqual(
    pages.map(({ language, title, around, notFire }) => [language, title, around, notFire]),
    [
      ["fr", "Fuite", "fr", "x"],
      ["ar", "تسرب", "fr", "x"],
    ],
  );
});

test("a message with fewer languages takes none away, another alert all", () => {
  const known = { alert: "a", texts: { fr: { title: "F" }, ar: { title: "ق" } } };
  assert.deepEqual(Object.keys(withKnownWords({ alert: "a", texts: { fr: { title: "F" } } }, known).texts), [
    "fr",
    "ar",
  ]);
  assert.deepEqual(withKnownWords({ alert: "b", texts: {} }, known).texts, {});
  assert.equal(withKnownWords(null, known), null);
});

test("French stays in every turn, the other languages follow each other", () => {
  const pages = pagesOf({ kind: "evacuate", drill: false, texts: {} }, { ...TEXTS, es: TEXTS.fr }, [
    "en",
    "fr",
    "es",
  ]);
  const turns = [0, 1, 2].map((turn) => turnAt(pages, turn * 6_000).map(({ language }) => language));
  assert.deepEqual(turns, [
    ["fr", "en"],
    ["fr", "es"],
    ["fr", "en"],
  ]);
  assert.equal(turnAt(pages.slice(0, 1), 9_000).length, 1);
});
