import assert from "node:assert/strict";
import { test } from "node:test";

import { alertAt, isLater, wordsOf } from "../../../kiosk/static/alert.js";

const TEXTS = { fr: { kinds: { evacuate: { title: "Évacuez", text: "Sortez." } }, drill: "EXERCICE", not_fire: "x" }, en: { kinds: { evacuate: { title: "Leave", text: "Go." } }, drill: "DRILL", not_fire: "y" } };

test("a menu that was on its way does not take back what was told since", () => {
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

test("prepared words are in the language asked for, custom ones in French where they have no other", () => {
  assert.equal(wordsOf({ kind: "evacuate", drill: true, texts: {} }, TEXTS, "en").title, "Leave");
  assert.equal(wordsOf({ kind: "evacuate", drill: true, texts: {} }, TEXTS, "en").drill, "DRILL");
  assert.equal(wordsOf({ kind: "custom", drill: false, texts: { fr: { title: "Fuite", text: "" } } }, TEXTS, "en").title, "Fuite");
});
