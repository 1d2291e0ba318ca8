import assert from "node:assert/strict";
import { test } from "node:test";

import { SPOKEN_EVERY_MS } from "../../signage/static/alert_state.js";
import { alertVoice, TRIED_AGAIN_MS } from "../../signage/static/alert_voice.js";

/** A voice whose files are there or not, and whose sources tell when they play. */
function rig({ missing = [] } = {}) {
  const fetched = [];
  const playing = new Set();
  const gain = { value: null };
  let clock = 0;
  let loud = 0.4;
  const makeContext = () => ({
    decodeAudioData: async (bytes) => bytes,
    createGain: () => ({ gain, connect: () => {} }),
    createBufferSource() {
      const source = {
        connect: () => {},
        disconnect: () => {},
        start: () => playing.add(source),
        stop: () => playing.delete(source),
      };
      return source;
    },
  });
  const fetchSound = async (url) => {
    fetched.push(url);
    if (missing.includes(url)) throw new Error(url);
    return [url];
  };
  const voice = alertVoice({ fetchSound, makeContext, now: () => clock, level: () => loud });
  return {
    voice,
    fetched,
    gain,
    heard: () => [...playing].map((source) => source.buffer[0]),
    wait: async (ms) => {
      clock += ms;
      voice.tick();
      await settle();
    },
    turn: (level) => {
      loud = level;
    },
    found: () => missing.splice(0),
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("silence stops the voice, and it does not speak again", async () => {
  const { voice, heard, wait } = rig();
  await voice.say("medical.wav");
  assert.deepEqual(heard(), ["medical.wav"]);
  voice.silence();
  assert.deepEqual(heard(), []);
  await wait(SPOKEN_EVERY_MS);
  assert.deepEqual(heard(), []);
});

test("the voice of a following alert takes the place of the former one", async () => {
  const { voice, heard } = rig();
  await voice.say("medical.wav");
  const coming = voice.say("shelter.wav");
  assert.deepEqual(heard(), []);
  await coming;
  assert.deepEqual(heard(), ["shelter.wav"]);
});

test("a voice that cannot be fetched is requested again after ten seconds, not before, and then played", async () => {
  const { voice, fetched, heard, wait, found } = rig({ missing: ["gone.wav"] });
  await voice.say("gone.wav");
  for (let tick = 0; tick < TRIED_AGAIN_MS / 500 - 1; tick += 1) {
    await voice.say("gone.wav");
    await wait(500);
  }
  assert.equal(fetched.length, 1);
  found();
  await wait(500);
  assert.deepEqual(fetched, ["gone.wav", "gone.wav"]);
  assert.deepEqual(heard(), ["gone.wav"]);
});

test("a voice silenced meanwhile is neither requested again nor played when it arrives", async () => {
  const { voice, fetched, heard, wait } = rig({ missing: ["gone.wav"] });
  await voice.say("gone.wav");
  voice.silence();
  await wait(TRIED_AGAIN_MS);
  assert.equal(fetched.length, 1);
  const coming = voice.say("late.wav");
  voice.silence();
  await coming;
  assert.deepEqual(heard(), []);
});

test("a voice plays at the present level", async () => {
  const { voice, gain, wait, turn } = rig();
  await voice.say("medical.wav");
  assert.equal(gain.value, 0.4);
  turn(0.2);
  await wait(500);
  assert.equal(gain.value, 0.2);
});
