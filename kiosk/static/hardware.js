// What the page asks of its machine.

// --- What the page asks of its machine: « Écouter » plays the sentences of a view one after the other
// until they end or it is stopped; a tone goes with a written warning; the screen stays awake.

// `ask(wanted)` resolves with the addresses to play, `play(address)` when one has ended; `silence()` ends it
export function openListening({ ask, play, silence, onChange = (_isOn) => {} }) {
  let current = null;

  async function start(reading) {
    stop();
    const mine = (current = {});
    onChange(true);
    try {
      for (const address of await ask(reading)) {
        if (current !== mine) return;
        await play(address);
      }
    } catch {
      /* what would be heard is written on the screen */
    }
    if (current === mine) ended();
  }

  function stop() {
    if (current === null) return;
    ended();
    silence();
  }

  function ended() {
    current = null;
    onChange(false);
  }

  return { start, stop, isOn: () => current !== null };
}

/** The second sense of a written warning: a vibration, and a tone where the site allows it. */
export function signal(hasSound) {
  navigator.vibrate?.(200);
  if (!hasSound) return;
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 660 });
  tone.connect(new GainNode(audio, { gain: 0.08 })).connect(audio.destination);
  tone.onended = () => audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.12);
}

/**
 * Asks for the screen of a tablet to stay awake while the page is in sight, and again after the browser let
 * it go. Browsers can over https only, and not on a tablet that saves its battery: elsewhere the tablet’s own
 * settings must do it.
 *
 * @param {{ page: Document, wakeLock: WakeLock | undefined }} within
 */
export function keepAwake({ page, wakeLock }) {
  let held = false;

  async function ask() {
    if (!wakeLock || held || page.visibilityState !== "visible") return;
    held = true;
    try {
      const lock = await wakeLock.request("screen");
      lock.addEventListener("release", () => {
        held = false;
        ask();
      });
    } catch {
      held = false; // refused: asked again when somebody touches the screen, or the page comes back
    }
  }

  page.addEventListener("visibilitychange", ask);
  page.addEventListener("pointerdown", ask);
  return ask();
}

// --- A language that is chosen names itself aloud: whoever cannot read finds theirs by ear.

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
