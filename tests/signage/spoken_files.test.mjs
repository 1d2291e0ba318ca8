import assert from "node:assert/strict";
import test from "node:test";
import { spokenFiles } from "../../signage/static/spoken_files.js";

const CALL = {
  audio: { fr: "/audio/whole.wav", en: "/audio/whole-en.wav" },
  once_ms: { fr: 4700, en: 4500 },
  brief: { fr: "/audio/brief.wav", en: "/audio/brief-en.wav" },
  loop: { fr: "/audio/loop.wav" },
  loop_once_ms: { fr: 3300 },
};

test("loudspeakers say the call after its chime, in each language in turn, in the first only while others wait", () => {
  assert.deepEqual(spokenFiles(CALL, ["fr", "en"], "loudspeaker"), {
    whole: [
      { url: "/audio/whole.wav", onceMs: 4700 },
      { url: "/audio/whole-en.wav", onceMs: 4500 },
    ],
    brief: [{ url: "/audio/brief.wav" }],
  });
});

test("the loop plays a call without the chime, and the brief form unchanged", () => {
  assert.deepEqual(spokenFiles(CALL, ["fr", "en"], "loop"), {
    whole: [{ url: "/audio/loop.wav", onceMs: 3300 }],
    brief: [{ url: "/audio/brief.wav" }],
  });
});

test("a call rendered before the hall had a loop is played there in the ordinary form", () => {
  const { loop, loop_once_ms: _, ...before } = CALL;
  assert.deepEqual(spokenFiles(before, ["fr"], "loop").whole, [{ url: "/audio/whole.wav", onceMs: 4700 }]);
});

test("a call without sound, and a screen that may not say it, play nothing", () => {
  assert.deepEqual(spokenFiles({}, ["fr"], "loop"), { whole: [], brief: [] });
  assert.deepEqual(spokenFiles(CALL, [], "loudspeaker"), { whole: [], brief: [] });
});
