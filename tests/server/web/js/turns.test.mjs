import assert from "node:assert/strict";
import { test } from "node:test";

import { createLast, createTurns, inTurn } from "../../../../server/web/static/shared/turns.js";

/** Promises that the test keeps, in the order in which they were asked for. */
function kept() {
  const asked = [];
  return { asked, ask: () => new Promise((give) => asked.push(give)) };
}

test("an answer is shown unless one to a later question was", () => {
  const turns = createTurns();
  const [first, second, third] = [turns.begin(), turns.begin(), turns.begin()];
  assert.deepEqual([second, first, third].map(turns.shows), [true, false, true]);
});

test("what a gesture shows overtakes every answer that is still to come", () => {
  const turns = createTurns();
  const before = turns.begin();
  turns.overtake();
  assert.deepEqual([turns.shows(before), turns.shows(turns.begin())], [false, true]);
});

test("a read that answers after a later one gives nothing", async () => {
  const { asked, ask } = kept();
  const read = inTurn(ask);
  const before = read();
  const after = read();
  asked[1]("new");
  asked[0]("old");
  assert.equal(await after, "new");
  assert.equal(await before, null);
});

test("a read that fails does not keep an earlier answer back", async () => {
  const answers = [Promise.resolve("old"), Promise.reject(new Error("away"))];
  const read = inTurn(() => answers.shift());
  const [before, after] = await Promise.allSettled([read(), read()]);
  assert.deepEqual([before.value, after.status], ["old", "rejected"]);
});

test("who waits for the last work also waits for work that is begun meanwhile", async () => {
  const { asked, ask } = kept();
  const last = createLast();
  const done = [];
  last.begin(ask());
  const waiting = last.ended().then(() => done.push("all"));
  last.begin(ask().then(() => done.push("second")));
  asked[0]();
  await new Promise(setImmediate);
  assert.deepEqual(done, []);
  asked[1]();
  await waiting;
  assert.deepEqual(done, ["second", "all"]);
});
