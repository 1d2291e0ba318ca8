import assert from "node:assert/strict";
import { test } from "node:test";

import { hasNotices, isQuiet, QUIET_MS } from "../../signage/static/quiet.js";

const AT = Date.parse("2026-11-24T10:00:00Z");
const call = (agoMs) => ({ number: "A042", called_at: new Date(AT - agoMs).toISOString() });
const view = (more = {}) => ({ view: "empty", cards: [], recent: [], ...more });

test("a notice has the screen once nobody was called for twenty seconds", () => {
  assert.equal(QUIET_MS, 20_000);
  assert.equal(isQuiet(view(), AT), true);
  assert.equal(isQuiet(view({ view: "rest", recent: [call(QUIET_MS)] }), AT), true);
  assert.equal(isQuiet(view({ view: "rest", recent: [call(QUIET_MS - 1), call(QUIET_MS)] }), AT), false);
});

test("who is called keeps the room of calls, however long ago", () => {
  assert.equal(isQuiet(view({ view: "calls", cards: [call(QUIET_MS)] }), AT), false);
});

test("views that must be read before a notice keep their room", () => {
  for (const name of ["closed", "break", "unknown", "refused", "connecting"])
    assert.equal(isQuiet(view({ view: name }), AT), false);
});

test("screens of calls only, of a counter and at the door show no notices", () => {
  assert.deepEqual(
    ["hall", "corridor", "window", "calls", "counter", "door"].filter((layout) => hasNotices({ layout })),
    ["hall", "corridor", "window"],
  );
  assert.equal(hasNotices(undefined), true);
});
