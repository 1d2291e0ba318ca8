import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlayer, OLDEST_SOUND_MS } from "../../signage/static/player.js";

/** A player whose sounds end when the test says so. */
function rig() {
  const played = [];
  const told = [];
  const refusals = [];
  let clock = 0;
  let end = null;
  let refuse = false;
  const player = createPlayer({
    now: () => clock,
    play: (url) => new Promise((resolve, reject) => {
      if (refuse) return reject(Object.assign(new Error("no"), { name: "NotAllowedError" }));
      played.push(url);
      end = { resolve, reject };
    }),
    onSound: (key, value) => told.push(`${key} ${value}`),
    onRefused: (value) => refusals.push(value),
  });
  return {
    player, played, told, refusals,
    wait: (ms) => { clock += ms; },
    refuse: (value) => { refuse = value; },
    ended: async () => { end.resolve(); await settle(); },
    failed: async () => { end.reject(new Error("404")); await settle(); },
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const sound = (key, at = 0, audio = [`${key}.wav`]) => ({ key, at, audio });

test("announcements are spoken in order and never together", async () => {
  const { player, played, ended } = rig();
  player.offer(sound("a"));
  player.offer(sound("b"));
  await settle();
  assert.deepEqual(played, ["a.wav"]);
  await ended();
  assert.deepEqual(played, ["a.wav", "b.wav"]);
});

test("one call is spoken in French and then in the other language before the next call", async () => {
  const { player, played, ended } = rig();
  player.offer(sound("a", 0, ["a-fr.wav", "a-en.wav"]));
  player.offer(sound("b"));
  await ended();
  await ended();
  assert.deepEqual(played, ["a-fr.wav", "a-en.wav", "b.wav"]);
});

test("the same call and rank is spoken once; without audio it may come again with it", async () => {
  const { player, played, ended } = rig();
  assert.equal(player.offer(sound("a", 0, [])), false);
  assert.equal(player.offer(sound("a")), true);
  assert.equal(player.offer(sound("a")), false);
  await ended();
  assert.deepEqual(played, ["a.wav"]);
});

test("what has waited longer than twenty seconds is dropped, on arrival and in the queue", async () => {
  const { player, played, told, wait, ended } = rig();
  player.offer(sound("a"));
  player.offer(sound("b"));
  wait(OLDEST_SOUND_MS + 1);
  assert.equal(player.offer(sound("c")), false);
  await ended();
  assert.deepEqual(played, ["a.wav"]);
  assert.ok(told.includes("b ended"));
});

test("a file that cannot be played does not stop the next one", async () => {
  const { player, played, told, failed } = rig();
  player.offer(sound("a"));
  player.offer(sound("b"));
  await failed();
  assert.deepEqual(played, ["a.wav", "b.wav"]);
  assert.ok(told.includes("a ended"));
});

test("a browser that refuses is told once and goes on from the refused sound after a touch", async () => {
  const { player, played, refusals, refuse, ended } = rig();
  refuse(true);
  player.offer(sound("a"));
  player.offer(sound("b"));
  await settle();
  assert.deepEqual(refusals, [true]);
  refuse(false);
  player.unlocked();
  await settle();
  await ended();
  assert.deepEqual(played, ["a.wav", "b.wav"]);
  assert.deepEqual(refusals, [true, false]);
});
