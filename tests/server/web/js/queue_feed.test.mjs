import assert from "node:assert/strict";
import { test } from "node:test";

import { queueFeed } from "../../../../server/web/static/shared/queue_feed.js";

function feed(whole = { version: 9 }) {
  const applied = [],
    waits = [];
  let nowMs = 0,
    due = null;
  const take = queueFeed({
    fetchQueue: async () => whole,
    apply: (queue) => applied.push(queue),
    clock: () => nowMs,
    later: (work, ms) => {
      waits.push(ms);
      due = work;
    },
  });
  return {
    take,
    applied,
    waits,
    run: () => due(),
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

test("a whole message is applied as it is", () => {
  const { take, applied, waits } = feed();
  take({ version: 1, is_partial: false });
  assert.deepEqual(applied, [{ version: 1, is_partial: false }]);
  assert.deepEqual(waits, []);
});

test("a message that left rows out is fetched whole instead, once for a burst", async () => {
  const { take, applied, waits, run } = feed();
  take({ version: 1, is_partial: true });
  take({ version: 2, is_partial: true });
  assert.deepEqual(waits, [0]);
  await run();
  assert.deepEqual(applied, [{ version: 9 }]);
});

test("it is fetched at most once a second", async () => {
  const { take, waits, run, pass } = feed();
  take({ version: 1, is_partial: true });
  await run();
  pass(300);
  take({ version: 2, is_partial: true });
  assert.deepEqual(waits, [0, 700]);
});
