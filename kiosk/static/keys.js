// The keys of a kiosk: those that guide, digits that choose what the voice numbered, and what a reader of
// codes types. It types what it reads, then Enter.

import { targetIn } from "./elements.js";
import { BURST_MS, meaningOf, openTyping } from "./guidance.js";
import { newPressId } from "./press.js";
import { choicesOf } from "./reading_state.js";
import { shownOnPage } from "./voice.js";

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
