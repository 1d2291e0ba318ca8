// Spoken guidance by keys: what begins it, what each key means, how loud it is, and whether an agent comes.
// Pure, as kiosk_state.js. Rule: docs/rules/spoken-guidance.md.

export const LOUDEST = 6; // seven levels, 3 dB apart: 18 dB from the softest to the loudest
const STEP_DB = 3;
const USUAL_VOLUME = 4;
const HELP_KEYS = ["F1", "F15", "Help"]; // a tactile key, or a keypad that senses the plug of headphones
const REPEAT_KEY = "*";
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
const VOLUMES = { "+": 1, "-": -1, AudioVolumeUp: 1, AudioVolumeDown: -1 };
const SIDEWAYS = ["ArrowRight", "ArrowLeft"];

/** The share of the full volume that a level is played at. */
export const gainOf = (volume) => 10 ** (((volume - LOUDEST) * STEP_DB) / 20);

/**
 * What a key asks of the guidance: `{does, by}`; null where it asks nothing. Without guidance, the keys that
 * move or help begin it.
 *
 * @param {{ key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean }} pressed
 * @param {{ isGuided: boolean, isRightToLeft: boolean }} now
 * @returns {{ does: "guide" | "move" | "repeat" | "volume" | "back", by?: number } | null}
 */
export function meaningOf({ key, shiftKey, ctrlKey, altKey, metaKey }, { isGuided, isRightToLeft }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (key === "Escape") return { does: "back" };
  const by = key === "Tab" ? (shiftKey ? -1 : 1) : MOVES[key];
  if (HELP_KEYS.includes(key) || (!isGuided && (by || key === REPEAT_KEY))) return { does: "guide" };
  if (!isGuided) return null;
  if (by) return { does: "move", by: isRightToLeft && SIDEWAYS.includes(key) ? -by : by };
  if (key === REPEAT_KEY) return { does: "repeat" };
  return VOLUMES[key] ? { does: "volume", by: VOLUMES[key] } : null;
}

// --- digits that choose, and a reader of codes that types

export const BURST_MS = 100; // a reader of codes leaves less time between two keys, a person more
const NUMBER_MS = 1_200; // for the second digit of a number
const SHORTEST_BURST = 3;

/**
 * Tells a number that somebody presses from a code that a reader types. `later(ms, act)` answers with what
 * cancels it; `most()` is the highest number that can be chosen now.
 *
 * @param {{ later: (ms: number, act: () => void) => () => void, most: () => number,
 *   code: (typed: string, isEntered: boolean) => void, number: (chosen: number) => void }} wiring
 */
export function openTyping({ later, most, code, number }) {
  let typed = "";
  let lastAt = 0;
  let isBurst = false;
  let cancel = () => {};

  function end(isEntered) {
    const [text, wasBurst] = [typed, isBurst];
    cancel();
    [typed, isBurst] = ["", false];
    if (wasBurst && text.length >= SHORTEST_BURST) code(text, isEntered);
    else if (/^\d{1,2}$/.test(text)) number(Number(text));
    else return false;
    return true;
  }

  return {
    /** A letter or digit, and when it was pressed. */
    key(letter, at) {
      isBurst = typed !== "" && at - lastAt <= BURST_MS;
      const longer = typed + letter;
      typed = isBurst || (/^\d+$/.test(longer) && Number(longer) <= most()) ? longer : letter;
      lastAt = at;
      cancel();
      const mayGrow = !isBurst && /^[1-9]$/.test(typed) && Number(typed) * 10 <= most();
      cancel = later(mayGrow ? NUMBER_MS : BURST_MS * 2, () => end(false));
    },

    /** Enter: whether it ended what was typed. */
    enter: () => typed !== "" && end(true),
  };
}

// --- the state

export const guidanceStart = {
  isGuided: false,
  isIntroduced: true, // false: where the keys are is said before the next view
  volume: LOUDEST,
  isFetched: null, // whether an agent comes; null: not asked yet
  heldPress: null, // what waits for the answer to that question
  askedFrom: null,
};

/** What stays of the guidance at the start: who began it there has not finished. */
export const keptGuidance = ({ view, isGuided, isListening, volume, language }) =>
  isGuided && !["start", "ticket"].includes(view) ? { isGuided, isListening, volume, language } : {};

/** The press goes to the server; a visitor with the guidance is first asked whether an agent comes. */
export function toTaking(state) {
  if (!state.isGuided || !state.menu?.asks_needs) return { ...state, view: "taking" };
  if (state.isFetched !== null) return { ...fetched(state), view: "taking" };
  const waiting = { heldPress: state.press, press: null, isTrying: false, askedFrom: state.view, page: 0 };
  return { ...state, ...waiting, view: "escort" };
}

function fetched(state) {
  const needs = state.press.body.needs ?? [];
  if (!state.isFetched || needs.includes("blind")) return state;
  const body = { ...state.press.body, needs: [...needs, "blind"] };
  return { ...state, press: { ...state.press, body } };
}

// One step back from the question; null where the kiosk's own step applies.
export const guidanceBack = ({ view, askedFrom }) =>
  view === "escort" ? { view: askedFrom, heldPress: null, page: 0 } : null;

// `active`, `isGuarded` and `mayReturn` are the kiosk's own.
export function guidanceReducers({ active, isGuarded, mayReturn }) {
  return {
    guide(state, { at }) {
      if (!mayReturn(state)) return state;
      const begun = state.isGuided ? {} : { isGuided: true, isListening: true, volume: USUAL_VOLUME };
      return { ...active(state, at), ...begun, isIntroduced: false };
    },

    introduced: (state) => ({ ...state, isIntroduced: true }),

    change_volume(state, { by, at }) {
      const volume = Math.min(LOUDEST, Math.max(0, state.volume + by));
      return { ...active(state, at), volume };
    },

    answer_escort(state, { isFetched, at }) {
      if (state.view !== "escort" || isGuarded(state, at)) return state;
      return toTaking({
        ...active(state, at),
        press: state.heldPress,
        heldPress: null,
        isFetched,
        isTrying: true,
      });
    },
  };
}
