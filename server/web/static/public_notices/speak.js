// « Lire à voix haute » on a phone: by the browser’s own voice, where it has one for the language.

import { one } from "../shared/dom.js";

const LONGEST = 200; // characters at a time: some voices stop in the middle of a longer text
const reading = one("[data-reading]");
const speaking = one("[data-speaking]");
const button = one("[data-speak]");
const language = reading.lang;
const voices = window.speechSynthesis;

/** The voice for the language of the notice; undefined where the phone has none. */
const voiceOf = () =>
  voices.getVoices().find((voice) => voice.lang.toLowerCase().split(/[-_]/)[0] === language.split("-")[0]);

function offer() {
  speaking.hidden = voiceOf() === undefined;
}

/** The words of the notice in pieces that end with a sentence or between two words. */
function pieces() {
  const spoken = [...reading.querySelectorAll("h1, h2, p:not([data-unspoken]), li, dt, dd")];
  return spoken
    .map((each) => (each.textContent ?? "").replaceAll("\u00ad", "").replace(/\s+/g, " ").trim())
    .flatMap((text) => text.match(new RegExp(`.{1,${LONGEST}}(?:\\s|$)`, "gu")) ?? [])
    .filter((text) => text.trim());
}

function show(isOn) {
  button.setAttribute("aria-pressed", String(isOn));
  one("[data-speak-words=start]").hidden = isOn;
  one("[data-speak-words=stop]").hidden = !isOn;
}

function stop() {
  voices.cancel();
  show(false);
}

function start() {
  const voice = voiceOf();
  if (!voice) return;
  show(true);
  const all = pieces();
  for (const [place, text] of all.entries()) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    if (place === all.length - 1) utterance.onend = () => show(false);
    voices.speak(utterance);
  }
}

if (voices) {
  offer();
  voices.addEventListener?.("voiceschanged", offer);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") stop();
    else start();
  });
  addEventListener("pagehide", stop);
}
