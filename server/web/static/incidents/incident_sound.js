// The optional sound of an incident that arrives: off until somebody turns it on for this computer.

const STORED_AT = "parvis.incidents.sound";

/** Whether this computer plays a sound. */
export function hasSound() {
  return localStorage.getItem(STORED_AT) === "on";
}

/** Turns the sound of this computer on or off. */
export function chooseSound(isOn) {
  localStorage.setItem(STORED_AT, isOn ? "on" : "off");
}

/** Plays two short soft notes where the sound is on, and the browser allows it. */
export function beep() {
  if (!hasSound() || !globalThis.AudioContext) return;
  const context = new AudioContext();
  [0, 0.25].forEach((at, rank) => {
    const note = context.createOscillator();
    const level = context.createGain();
    note.frequency.value = rank === 0 ? 587 : 784;
    level.gain.setValueAtTime(0.2, context.currentTime + at);
    level.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.2);
    note.connect(level).connect(context.destination);
    note.start(context.currentTime + at);
    note.stop(context.currentTime + at + 0.2);
  });
  setTimeout(() => context.close(), 1000);
}
