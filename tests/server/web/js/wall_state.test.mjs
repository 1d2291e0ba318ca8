import assert from "node:assert/strict";
import { test } from "node:test";

import {
  emptyWall,
  queueRows,
  saidNext,
  troubles,
  truthNow,
  withWall,
} from "../../../../server/web/static/wall/wall_state.js";

const AT = "2026-11-24T09:00:00Z";
const NOW = Date.parse(AT);
const queue = (more = {}) => ({
  queue: "one",
  waiting: 2,
  longest_s: 600,
  target_s: 900,
  wait: { low_s: 300, high_s: 1200 },
  counters: 1,
  state: "calm",
  ...more,
});
const wall = (queues, waiting = 2, version = 1) => ({
  epoch: "e",
  version,
  as_of: AT,
  people: { waiting },
  queues,
});

test("the longest wait grows on the page, and stays nothing where nobody waits", () => {
  const rows = queueRows(wall([queue(), queue({ waiting: 0, longest_s: 0 })]), NOW + 60_000);
  assert.deepEqual(
    rows.map(({ longestS }) => longestS),
    [660, 0],
  );
});

test("bars and targets of every queue share one axis", () => {
  const [one, other] = queueRows(wall([queue(), queue({ target_s: 1800 })]), NOW);
  assert.deepEqual([one.at, other.at.target], [{ longest: 1 / 3, target: 0.5 }, 1]);
});

test("who waits still counts: the longest wait of all queues as of now, and everybody past their target", () => {
  const queues = [queue({ overdue: 61, longest_s: 840 }), queue({ overdue: 3 }), queue({ overdue: 0 })];
  assert.deepEqual(truthNow(queueRows(wall(queues), NOW + 60_000)), { longestS: 900, overdue: 64 });
  assert.deepEqual(truthNow([]), { longestS: 0, overdue: 0 });
});

test("an older wall changes nothing", () => {
  const state = withWall(emptyWall(), wall([queue()], 2, 5), NOW);
  assert.equal(withWall(state, wall([queue()], 9, 4), NOW), state);
  assert.equal(withWall(state, wall([queue()], 9, 6), NOW).wall.people.waiting, 9);
});

test("a screen reader gets new troubles, at most every 15 s, and each once", () => {
  let { memory, news, more } = saidNext(null, wall([queue()]), NOW);
  assert.deepEqual([news, more], [null, null]);
  const late = wall([queue({ state: "late" })], 5);
  ({ memory, news } = saidNext(memory, late, NOW + 14_000));
  assert.equal(news, null);
  ({ memory, news, more } = saidNext(memory, late, NOW + 15_000));
  assert.deepEqual([news, more], [troubles(late), 3]);
  ({ memory, news, more } = saidNext(memory, late, NOW + 60_000));
  assert.deepEqual([news, more], [null, null]);
  ({ news, more } = saidNext(memory, wall([queue({ state: "late" })], 4), NOW + 61_000));
  assert.deepEqual([news, more], [null, -1]);
});
