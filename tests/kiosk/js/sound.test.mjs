// « Écouter »: one sentence after the other, ended by a press, by another view, by a voice that fails.

import assert from "node:assert/strict";
import test from "node:test";
import { openListening } from "../../../kiosk/static/hardware.js";

class Player {
  played = [];
  changes = [];
  silenced = 0;

  constructor(addresses) {
    this.listening = openListening({
      ask: async () => addresses,
      play: (address) =>
        new Promise((done) => {
          this.played.push(address);
          this.end = done;
        }),
      silence: () => {
        this.silenced += 1;
        this.end?.();
      },
      onChange: (isOn) => this.changes.push(isOn),
    });
  }
}

const settled = () => new Promise((done) => setImmediate(done));

test("sentences are played in turn until the last has ended", async () => {
  const player = new Player(["a", "b"]);
  const whole = player.listening.start({});
  await settled();
  assert.deepEqual(player.played, ["a"]);
  player.end();
  await settled();
  assert.deepEqual(player.played, ["a", "b"]);
  assert.equal(player.listening.isOn(), true);
  player.end();
  await whole;
  assert.equal(player.listening.isOn(), false);
  assert.deepEqual(player.changes, [true, false]);
});

test("a press silences it at once and nothing more is played", async () => {
  const player = new Player(["a", "b"]);
  const whole = player.listening.start({});
  await settled();
  player.listening.stop();
  await whole;
  assert.deepEqual([player.played, player.silenced, player.listening.isOn()], [["a"], 1, false]);
});

test("a newer request for a view replaces the former", async () => {
  const player = new Player(["a", "b"]);
  const first = player.listening.start({});
  await settled();
  const second = player.listening.start({});
  await first;
  await settled();
  assert.deepEqual(player.played, ["a", "a"]);
  player.listening.stop();
  await second;
  assert.deepEqual(player.changes, [true, false, true, false]);
});

test("an answer after the stop is not played", async () => {
  const player = new Player(["a"]);
  const whole = player.listening.start({});
  player.listening.stop();
  await whole;
  assert.deepEqual(player.played, []);
});

test("a voice that fails ends it", async () => {
  const changes = [];
  const listening = openListening({
    ask: async () => {
      throw new TypeError("network");
    },
    play: assert.fail,
    silence() {},
    onChange: (isOn) => changes.push(isOn),
  });
  await listening.start({});
  assert.deepEqual([changes, listening.isOn()], [[true, false], false]);
});
