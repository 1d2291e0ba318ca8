import assert from "node:assert/strict";
import { test } from "node:test";

import {
  connected,
  heartbeat,
  initialState,
  receiveBoard,
  restored,
  serverNow,
  toSave,
} from "../../signage/static/screen_state.js";

const T = Date.parse("2026-11-24T09:00:00.000Z");
const DAY = 86_400_000;
const beatAt = (at) => ({ epoch: "e", version: 1, as_of: new Date(at).toISOString() });
const board = (at) => ({ ...beatAt(at), calls: [], recent: [], alert: null, programme_revision: 1 });

/** A screen that has heard its first board when its own clock showed `now`. */
const live = (now) => receiveBoard(connected(initialState(), now), board(T), now);

test("a screen whose clock is a day off is right from its first message", () => {
  for (const off of [-DAY, DAY]) assert.equal(serverNow(live(T + off), T + off), T);
});

test("a clock that is set while the page runs is followed at the next beat at the latest", () => {
  for (const off of [-DAY, DAY]) {
    const state = heartbeat(live(T), beatAt(T + 25_000), T + 25_000 + off);
    assert.equal(serverNow(state, T + 25_000 + off), T + 25_000);
  }
});

test("a clock that runs fast or slow by 100 ppm is never 25 ms off", () => {
  for (const pace of [1.0001, 0.9999]) {
    let state = live(T);
    let worst = 0;
    for (let passed = 25_000; passed < 3 * DAY; passed += 25_000) {
      const own = T + passed * pace;
      worst = Math.max(worst, Math.abs(serverNow(state, own) - (T + passed)));
      state = heartbeat(state, beatAt(T + passed), own);
    }
    assert.ok(worst < 25, `${worst} ms`);
  }
});

test("a message that was late by a second is outdone by the next one that was not", () => {
  const state = heartbeat(live(T + 1_000), beatAt(T + 25_000), T + 25_000);
  assert.equal(serverNow(state, T + 26_000), T + 26_000);
  const late = heartbeat(state, beatAt(T + 50_000), T + 51_000);
  assert.equal(serverNow(late, T + 51_000), T + 51_000);
});

test("after a reload without a server the last difference of the clocks holds", () => {
  const state = restored(JSON.parse(JSON.stringify(toSave(live(T + DAY)))));
  assert.equal(serverNow(state, T + DAY + 1_000), T + 1_000);
});
