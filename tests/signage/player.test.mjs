import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlayer, OLDEST_SOUND_MS } from "../../signage/static/player.js";

/** A player whose sounds end when the test says so. */
function rig() {
  const played = [];
  const told = [];
  const refusals = [];
  const stopped = [];
  let clock = 0;
  let end = null;
  let may = null;
  let refuse = false;
  const player = createPlayer({
    now: () => clock,
    play: ({ url }, { mayStop, signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => {
          stopped.push(url);
          resolve();
        });
        if (refuse) return reject(Object.assign(new Error("no"), { name: "NotAllowedError" }));
        played.push(url);
        end = { resolve, reject };
        may = mayStop;
      }),
    onSound: (key, value) => told.push(`${key} ${value}`),
    onRefused: (value) => refusals.push(value),
  });
  return {
    player,
    played,
    told,
    refusals,
    stopped,
    mayStop: () => may(),
    wait: (ms) => {
      clock += ms;
    },
    refuse: (value) => {
      refuse = value;
    },
    ended: async () => {
      end.resolve();
      await settle();
    },
    failed: async () => {
      end.reject(new Error("404"));
      await settle();
    },
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const files = (names) => names.map((url) => ({ url }));
const sound = (key, at = 0, whole = [`${key}.wav`], brief = []) => ({
  key,
  at,
  whole: files(whole),
  brief: files(brief),
});
const merging = (key, at = 0) => sound(key, at, [`${key}.wav`], [`${key}-brief.wav`]);

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

test("a call that has waited longer than twenty seconds is dropped, on arrival and in the queue", async () => {
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

test("a browser that blocks sound is reported once and continues from the blocked sound after a touch", async () => {
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

test("a single call is spoken twice; it may stop after the first time once another waits", async () => {
  const { player, mayStop, played, ended } = rig();
  player.offer(merging("a"));
  await settle();
  assert.equal(mayStop(), false);
  player.offer(merging("b"));
  assert.equal(mayStop(), true);
  await ended();
  assert.deepEqual(played, ["a.wav", "b.wav"], "nobody waits behind b: it is said whole");
  assert.equal(mayStop(), false);
});

test("consecutive calls are spoken briefly while more wait, the last one whole", async () => {
  const { player, played, ended } = rig();
  for (const key of ["a", "b", "c", "d"]) player.offer(merging(key));
  for (const _ of [1, 2, 3]) await ended();
  assert.deepEqual(played, ["a.wav", "b-brief.wav", "c-brief.wav", "d.wav"]);
});

/**
 * What becomes of calls every `everyMs`: each file lasts as espeak-ng says « A042, guichet 12 »; time is
 * simulated.
 */
async function hurriedHall(everyMs, calls) {
  const LASTS = { once: 4_770, twice: 9_220, brief: 2_930 };
  const told = new Map();
  let clock = 0;
  let speaking = null;
  let together = 0;
  const player = createPlayer({
    now: () => clock,
    play: ({ url }, { mayStop }) =>
      new Promise((resolve) => {
        if (speaking) together += 1;
        speaking = { mayStop, resolve, since: clock, isBrief: url.endsWith("brief") };
      }),
    onSound: (key, value) => told.set(key, [...(told.get(key) ?? []), { value, at: clock }]),
    onRefused: () => {},
  });
  for (let made = 0; made < calls || speaking; clock += 10) {
    if (made < calls && clock >= made * everyMs) {
      player.offer({
        key: `c${made}`,
        at: clock,
        whole: [{ url: "whole", onceMs: LASTS.once }],
        brief: [{ url: "brief" }],
      });
      made += 1;
    }
    const lasted = speaking ? clock - speaking.since : 0;
    const isOver =
      speaking &&
      (lasted >= (speaking.isBrief ? LASTS.brief : LASTS.twice) ||
        (!speaking.isBrief && lasted === LASTS.once && speaking.mayStop()));
    if (isOver) {
      const { resolve } = speaking;
      speaking = null;
      resolve();
    }
    await Promise.resolve()
      .then(() => {})
      .then(() => {});
  }
  return { told, together };
}

test("at twenty calls a minute for ten minutes every call is spoken, never two together", async () => {
  const { told, together } = await hurriedHall(3_000, 200);
  assert.equal(together, 0);
  assert.equal(told.size, 200);
  for (const [key, marks] of told) {
    assert.deepEqual(
      marks.map(({ value }) => value),
      ["waiting", "speaking", "ended"],
      key,
    );
    const [offered, begun] = marks;
    assert.ok(begun.at - offered.at <= OLDEST_SOUND_MS, `${key} waited ${begun.at - offered.at} ms`);
  }
});

test("a dropped announcement stops at once, with its other language and all that wait", async () => {
  const { player, played, stopped, told } = rig();
  player.offer(sound("a", 0, ["a-fr.wav", "a-en.wav"]));
  player.offer(sound("b"));
  await settle();
  player.drop();
  assert.deepEqual(stopped, ["a-fr.wav"]);
  await settle();
  assert.deepEqual(played, ["a-fr.wav"]);
  assert.ok(told.includes("a ended") && told.includes("b ended"));
  player.offer(sound("c"));
  await settle();
  assert.deepEqual(played, ["a-fr.wav", "c.wav"], "the next one is spoken after the alert");
});
