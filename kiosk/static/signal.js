// The second sense for a written warning: the kiosk trembles, and sounds where its site allows it.

/** A short tone, and a vibration where the device has one. */
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
