import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { itemAt } from "../../signage/static/schedule.js";

const { cases } = JSON.parse(readFileSync(new URL("vectors/schedule.json", import.meta.url)));

for (const { about, programme, moments } of cases) {
  test(about, () => {
    for (const { shown: expected, skipped = [], ...moment } of moments) {
      assert.deepEqual(itemAt(programme, { ...moment, skipped: new Set(skipped) }), expected);
    }
  });
}
