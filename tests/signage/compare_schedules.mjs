// Asks the player's schedule the questions of a file and compares its answers with Python's. Run by
// test_schedule.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { itemAt } from "../../signage/static/schedule.js";

const { cases } = JSON.parse(readFileSync(process.argv[2]));
for (const { programme, moments } of cases) {
  for (const { shown: expected, skipped = [], ...moment } of moments) {
    assert.deepEqual(
      itemAt(programme, { ...moment, skipped: new Set(skipped) }),
      expected,
      JSON.stringify({ programme, moment }),
    );
  }
}
console.log(`${cases.length} schedules agree`);
