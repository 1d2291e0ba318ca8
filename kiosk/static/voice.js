// What the kiosk says aloud, and its keys.

import { isCutOff, isServerAway, languageToHear } from "./information.js";
import { byId, setText, targetIn } from "./elements.js";
import { gainOf, BURST_MS, meaningOf, openTyping } from "./guidance.js";
import { openListening } from "./hardware.js";
import { focusReadingOf, isToBeRead, readingOf, choicesOf } from "./reading_state.js";
import { newPressId } from "./press.js";

// --- What the kiosk says aloud: each view, the control that the keys are on, the volume, the warning.

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

// --- The keys of a kiosk: those that guide, digits that choose what the voice numbered, and what a reader
// of codes types. It types what it reads, then Enter.

const CONTROLS = ["#view button", "#access button", "#languages button"];

/**
 * Listens to the keys of the page. `now()` is the state; `isAlert()`: nothing can be pressed.
 *
 * @param {{ now: () => any, dispatch: (action: any) => void, isAlert: () => boolean,
 *   voice: ReturnType<typeof import("./voice.js").openVoice> }} wiring
 */
export function listenToKeys({ now, dispatch, isAlert, voice }) {
  let typedAt = -Infinity;
  const choices = () => choicesOf(now(), shownOnPage());

  const typing = openTyping({
    later(ms, act) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    most: () => choices().length,
    code(typed, isEntered) {
      for (const letter of typed) dispatch({ type: "type_code", letter });
      if (isEntered) dispatch({ type: "submit_code", pressId: newPressId() });
    },
    number(chosen) {
      const choice = choices()[chosen - 1];
      if (choice) dispatch({ ...choice, pressId: newPressId() });
      else voice.repeat();
    },
  });

  const does = {
    guide: () => dispatch({ type: "guide" }),
    move: ({ by = 1 }) => move(by),
    repeat: () => voice.repeat(),
    volume({ by = 1 }) {
      dispatch({ type: "change_volume", by });
      voice.setVolume();
    },
    back() {
      const { view, isGuided, folder } = now();
      if (view === "ticket")
        voice.repeat(); // nothing lies behind a number
      else dispatch({ type: isGuided && view === "start" && !folder ? "home" : "back" });
    },
  };

  document.addEventListener("keydown", (pressed) => {
    if (pressed.repeat && ["Enter", " "].includes(pressed.key)) pressed.preventDefault();
    if (!targetIn(pressed, "#warning")) dispatch({ type: "active" });
    if (isAlert()) return;
    const { isGuided } = now();
    const isReader = pressed.timeStamp - typedAt <= BURST_MS;
    const isRightToLeft = document.documentElement.dir === "rtl";
    const isTyped = isReader && pressed.key.length === 1;
    const meaning = isTyped ? null : meaningOf(pressed, { isGuided, isRightToLeft });
    if (!meaning) type(pressed, isReader);
    else {
      pressed.preventDefault();
      does[meaning.does](meaning);
    }
  });

  function type(pressed, isReader) {
    const { key, ctrlKey, altKey, metaKey, timeStamp } = pressed;
    if (ctrlKey || altKey || metaKey) return;
    const isChoice = ["Enter", " "].includes(key);
    if (isReader && isChoice) pressed.preventDefault(); // not for the focused button
    const { isGuided, view } = now();
    const isCode = !isGuided || view === "appointment";
    if (key.length === 1 && (key !== " " || isReader)) {
      typedAt = timeStamp;
      if (!isCode) typing.key(key, timeStamp);
      else dispatch({ type: "type_code", letter: key });
      if (isCode && /^[a-z0-9]$/i.test(key)) voice.sayControl(`code-${key.toUpperCase()}`);
    } else if (key === "Backspace") dispatch({ type: "erase_code" });
    else if (key === "Enter" && typing.enter()) pressed.preventDefault();
    else if (isChoice && !isCode && !targetIn(pressed, "button")) voice.repeat();
    else if (key === "Enter" && isCode && (isReader || !targetIn(pressed, "button")))
      dispatch({ type: "submit_code", pressId: newPressId() });
  }

  function move(by) {
    const all = CONTROLS.flatMap((where) => [
      .../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(where)),
    ]).filter((each) => !each.disabled && !each.closest("[hidden]"));
    const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const from = at < 0 && by < 0 ? 0 : at;
    all.at((from + by) % all.length)?.focus({ preventScroll: true });
  }
}

/**
 * Hears of headphones that are plugged in, where the machine tells it: over https or on the machine itself. A
 * browser that hides its devices only says that something changed.
 *
 * @param {MediaDevices | undefined} devices
 * @param {() => void} plugged
 */
export async function hearOfHeadphones(devices, plugged) {
  if (!devices?.enumerateDevices) return;
  const outputs = async () => {
    const found = (await devices.enumerateDevices()).filter(({ kind }) => kind === "audiooutput");
    return { count: found.length, isHidden: found.every(({ deviceId }) => deviceId === "") };
  };
  let before = await outputs();
  devices.addEventListener("devicechange", async () => {
    const after = await outputs();
    if (after.count > before.count || after.isHidden) plugged();
    before = after;
  });
}
