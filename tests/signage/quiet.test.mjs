import assert from "node:assert/strict";
import { test } from "node:test";

import { isQuiet, LAST_CALLS_MS } from "../../signage/static/quiet.js";

const AT = Date.parse("2026-11-24T10:00:00Z");
const call = (agoMs) => ({ number: "A042", called_at: new Date(AT - agoMs).toISOString() });
const view = (more = {}) => ({ view: "empty", cards: [], still: [], recent: [], ...more });

test("without calls the notice has the screen", () => {
  assert.equal(isQuiet(view(), AT), true);
  assert.equal(isQuiet(view({ view: "rest", recent: [call(LAST_CALLS_MS)] }), AT), true);
});

test("a visitor called now or a moment ago keeps the room of calls", () => {
  assert.equal(isQuiet(view({ view: "calls", cards: [call(0)] }), AT), false);
  assert.equal(isQuiet(view({ view: "rest", still: [call(LAST_CALLS_MS)] }), AT), false);
  assert.equal(
    isQuiet(view({ view: "rest", recent: [call(LAST_CALLS_MS - 1), call(LAST_CALLS_MS)] }), AT),
    false,
  );
  assert.equal(
    isQuiet(view({ view: "rest", recent: [call(LAST_CALLS_MS)] }), AT, LAST_CALLS_MS + 1),
    false,
    "the hall still waits for them",
  );
});

test("views that must be read before a notice keep their room", () => {
  for (const name of ["closed", "break", "unknown", "refused", "connecting"])
    assert.equal(isQuiet(view({ view: name }), AT), false);
});
