import assert from "node:assert/strict";
import { test } from "node:test";

import { isAsleep } from "../../signage/static/blank_screen.js";

const NIGHT = { isResting: true, view: "closed", isAlert: false, at: 1_000, coversUntil: 2_000 };

test("a screen sleeps outside its hours while there is nothing to show, also when the server is away", () => {
  assert.equal(isAsleep(NIGHT), true);
  assert.equal(isAsleep({ ...NIGHT, view: "unknown" }), true);
  assert.equal(isAsleep({ ...NIGHT, isResting: false }), false);
});

test("a call, people who still wait, a break and an alert keep it awake", () => {
  for (const view of ["calls", "rest", "break", "empty", "connecting", "refused"])
    assert.equal(isAsleep({ ...NIGHT, view }), false, view);
  assert.equal(isAsleep({ ...NIGHT, isAlert: true }), false);
});

test("a screen whose programme has run out, off for a week, does not sleep through the opening", () => {
  assert.equal(isAsleep({ ...NIGHT, at: 2_000 }), false);
  assert.equal(isAsleep({ ...NIGHT, coversUntil: undefined }), false);
});
