// Signals for a called visitor who is not looking: a short sound and a vibration, allowed once by a press.

const CALL_MS = [300, 150, 300, 150, 600]; // it vibrates, pauses, vibrates …
const TRIAL_MS = [120];
/** The turn is near: shorter than a call. */
export const SOON_MS = [300, 150, 300];
const TONE_HZ = 880;
const LOUDNESS = 0.4;

let audio = null;

/** Called by a press: the browser allows sound from then on. It tries a short one. */
export function allowSignal() {
  audio ??= globalThis.AudioContext ? new AudioContext() : null;
  audio?.resume();
  signal(TRIAL_MS);
}

export function forbidSignal() {
  audio?.close();
  audio = null;
}

/** One call: a second and a half, never longer. */
export function signal(pattern = CALL_MS) {
  navigator.vibrate?.(pattern);
  if (!audio) return;
  let at = audio.currentTime;
  pattern.forEach((ms, index) => {
    if (index % 2 === 0) sound(at, ms / 1000);
    at += ms / 1000;
  });
}

function sound(from, lastsS) {
  const tone = new OscillatorNode(audio, { frequency: TONE_HZ });
  const loud = new GainNode(audio, { gain: LOUDNESS });
  tone.connect(loud).connect(audio.destination);
  tone.start(from);
  tone.stop(from + lastsS);
}

let lock = null;

/** Keeps the screen awake while one may be called and the page is in sight, where the browser can. */
export async function keepAwake(isNeeded) {
  if (!isNeeded || document.visibilityState !== "visible") {
    const sentinel = lock;
    lock = null;
    await sentinel?.release();
  } else if (!lock || lock.released) {
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  }
}
