import assert from "node:assert/strict";
import { test } from "node:test";

import { createPauseAfter } from "../../../../server/web/static/console/console_pause_after.js";

const at = (leg) => ({ counter: { leg: leg && { leg } } });

function storage() {
  const values = new Map();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
  };
}

test("a break after a person outlives a reload and is due once that person has left", () => {
  const kept = storage();
  createPauseAfter("laon", () => "session", kept).choose(at("leg-1"), "break");
  const reloaded = createPauseAfter("laon", () => "session", kept);
  assert.equal(reloaded.reasonIn(at("leg-1")), "break");
  assert.equal(reloaded.reasonIn(at("leg-2")), null);
  assert.equal(reloaded.takeDue(at("leg-1")), null);
  assert.equal(reloaded.takeDue(at(null)), "break");
  assert.equal(reloaded.takeDue(at(null)), null);
});

test("a break after a person ends with the session of the counter, and can be taken back", () => {
  const kept = storage();
  let session = "one";
  const wish = createPauseAfter("laon", () => session, kept);
  wish.choose(at("leg-1"), "meeting");
  session = "two";
  assert.equal(wish.reasonIn(at("leg-1")), null);
  assert.equal(wish.takeDue(at(null)), null);
  session = "one";
  wish.forget();
  assert.equal(wish.reasonIn(at("leg-1")), null);
});
