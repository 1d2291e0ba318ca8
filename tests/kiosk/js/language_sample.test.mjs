import assert from "node:assert/strict";
import test from "node:test";
import { openSamples } from "../../../kiosk/static/hardware.js";

function opened(voices = ["fr", "ar"]) {
  const asked = [];
  const player = { src: "", play: async () => player.onended(), pause() {} };
  const samples = openSamples(
    voices,
    async (reading) => (asked.push(`${reading.lang} ${reading.focus}`), ["a.wav"]),
    player,
  );
  return { samples, asked };
}

const state = (more) => ({ language: "ar", view: "start", isListening: false, ...more });

test("a language that is chosen names itself where it has a voice", () => {
  const { samples, asked } = opened();
  samples.follow({ type: "choose_language" }, state(), state({ language: "fr" }));
  samples.follow({ type: "choose_language" }, state({ language: "tr" }), state());
  samples.follow({ type: "choose_service" }, state({ view: "sheet" }), state());
  assert.deepEqual(asked, ["ar language-ar"]);
});

test("no sample speaks over a view that is read aloud", () => {
  const { samples, asked } = opened();
  samples.follow({ type: "choose_language" }, state({ isListening: true }), state({ isListening: true }));
  assert.deepEqual(asked, []);
});
