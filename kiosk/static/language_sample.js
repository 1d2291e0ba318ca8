// A language that is chosen names itself aloud: whoever cannot read finds theirs by ear.

import { openListening } from "./hardware.js";

/**
 * `follow(action, state, before)` after each action, and `stop()`. `voices`: the languages in which the
 * server speaks; `ask(reading)` gives the addresses of the sounds of a reading.
 */
export function openSamples(voices, ask, player = new Audio()) {
  /** @type {(value?: unknown) => void} */
  let end = () => {};
  const sample = openListening({
    ask,
    play: (address) =>
      new Promise((done) => {
        end = player.onended = player.onerror = done;
        player.src = address;
        player.play().catch(done);
      }),
    silence() {
      player.pause();
      end();
    },
  });
  /** « Écouter » reads the whole view by itself; a sample ends where the visitor goes on. */
  function follow({ type }, { language: lang, view, isListening }, before) {
    if (view !== before.view) sample.stop();
    if (type === "choose_language" && !isListening && voices.includes(lang))
      sample.start({ lang, view: "languages", focus: `language-${lang}` });
  }

  return { follow, stop: sample.stop };
}
