// What the kiosk says aloud: each view, the control that the keys are on, the volume, the warning.

import { isCutOff, isServerAway } from "./away_state.js";
import { languageToHear } from "./information.js";
import { byId, setText, targetIn } from "./elements.js";
import { gainOf } from "./guidance.js";
import { openListening } from "./hardware.js";
import { focusReadingOf, isToBeRead, readingOf } from "./reading_state.js";

const FOCUS_READ_AFTER_MS = 200; // who moves on hears where they stop

/** The services, hours or notices that the page of the view shows. */
export const shownOnPage = () =>
  [
    .../** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll(
        "#view :is([data-service], [data-referral], [data-act=choose_convocation], [data-act=choose_hour], [data-act=open_notice])",
      )
    ),
  ].map(({ dataset }) => dataset.service ?? dataset.referral ?? dataset.value);

/**
 * The kiosk’s voice. `ask` resolves with the addresses that say a reading; `voices` are the languages that
 * the server speaks; `isKept`: whether the view « away » can be read without it in a language; `now()` is the
 * state; `introduced()` hears that the keys were explained.
 *
 * @param {{ ask: (reading: any) => Promise<string[]>, voices: string[], isKept: (of: string) => boolean,
 *   now: () => any, say: (key: string) => string, introduced: () => void }} wiring
 */
export function openVoice({ ask, voices, isKept, now, say, introduced }) {
  const button = document.getElementById("listen"); // null where the server has no voice
  const player = new Audio();
  /** @type {(value?: unknown) => void} */
  let endSound = () => {};
  let soon = null;
  let last = null; // what was read last, to be repeated
  let isFocusing = false;

  const listening = openListening({
    ask,
    play: (address) =>
      new Promise((done) => {
        endSound = player.onended = player.onerror = done;
        player.volume = gainOf(now().volume);
        player.src = address;
        player.play().catch(done);
      }),
    silence() {
      player.pause();
      endSound();
    },
  });

  function isSpoken() {
    const state = now();
    return isCutOff(state) || state.view === "away"
      ? isServerAway(state) && isKept(state.language)
      : [...voices, ...state.information.voices].includes(languageToHear(state));
  }

  function read(reading) {
    clearTimeout(soon);
    last = reading;
    if (reading) listening.start(reading);
    else listening.stop();
  }

  function silence() {
    clearTimeout(soon);
    listening.stop();
  }

  function sayControl(key) {
    clearTimeout(soon);
    const reading = focusReadingOf(now(), key);
    if (reading && voices.includes(now().language))
      soon = setTimeout(() => read(reading), FOCUS_READ_AFTER_MS);
  }

  // A control focused by keyboard or by a switch, for visitors who cannot see where the focus is.
  document.addEventListener("focusin", (event) => {
    const reached = /** @type {HTMLElement | null} */ (targetIn(event, "button"));
    if (!reached || isFocusing || !(now().isGuided || targetIn(event, ":focus-visible"))) return;
    const { key, toggle, act } = reached.dataset;
    sayControl(key ?? (toggle ? `access-${toggle}` : reached === button ? "access-listen" : act));
  });

  return {
    isOn: listening.isOn,
    sayControl,
    silence,
    repeat: () => last && read(last),

    /** Runs what moves the focus by itself: nobody tabbed. */
    unheard(move) {
      isFocusing = true;
      move();
      isFocusing = false;
    },

    setVolume() {
      player.volume = gainOf(now().volume);
      sayControl(`volume-${now().volume}`);
    },

    /** After each drawing: reads a view that is new. */
    drawn(before) {
      const state = now();
      if (button) {
        button.hidden = !isSpoken();
        button.setAttribute("aria-pressed", String(state.isListening));
      }
      if (state.isGuided && !isSpoken()) setText("spoken", say("kiosk.guidance.no_voice"));
      byId("no-voice").hidden = !state.isGuided || isSpoken();
      if (isToBeRead(state, before)) {
        read(isSpoken() ? readingOf(state, shownOnPage()) : null);
        if (!state.isIntroduced) introduced();
      } else if (!state.isListening) silence();
    },
  };
}
