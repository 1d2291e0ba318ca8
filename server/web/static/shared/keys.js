// Keys of the console: which action a key means, and which keys an agent may choose. No DOM but the event
// passed in.

/**
 * One key per action; function keys work everywhere, single letters outside fields and only while they are
 * on.
 */
export const DEFAULT_KEYS = Object.freeze({
  next: "F9",
  finish: "F8",
  yes: "O",
  no: "N",
  recall: "L",
  transfer: "R",
  postpone: "F",
  park: "M",
  parked: "D",
  add_service: "J",
  correct_service: "K",
  outcome: "U",
  link: "I",
  pause: "P",
  chosen: "C",
  returned: "V",
  greeting: "S",
  undo: "A",
  present: "T",
  speak: "E",
  reception: "B",
  incident: "F2",
});

const BROWSERS_OWN = new Set([
  "F1",
  "F3",
  "F5",
  "F6",
  "F7",
  "F10",
  "F11",
  "F12",
  "TAB",
  "ENTER",
  "ESCAPE",
  " ",
  "BACKSPACE",
  "DELETE",
  "ARROWUP",
  "ARROWDOWN",
  "ARROWLEFT",
  "ARROWRIGHT",
  "HOME",
  "END",
  "PAGEUP",
  "PAGEDOWN",
  "'",
  "/",
  "SHIFT",
  "CONTROL",
  "ALT",
  "META",
  "ALTGRAPH",
  "CAPSLOCK",
  "DEAD",
  "CONTEXTMENU",
  "UNIDENTIFIED",
]);

/** The key of an event in capitals, or null for a combination, a repetition or a character being composed. */
export function keyOf(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing || !event.key)
    return null;
  return event.key.toUpperCase();
}

/** The action a key press means here, or null. `isInField`: focus is where one types. */
export function actionOf(event, { keys, hasSingleLetters, isInField }) {
  const key = keyOf(event);
  if (key === null) return null;
  if (key.length === 1 && (isInField || !hasSingleLetters)) return null;
  return Object.keys(keys).find((action) => keys[action] === key) ?? null;
}

/**
 * Why a key cannot be chosen for an action: {reason: "browser"} or {reason: "taken", by}; null when it can.
 */
export function refusedKey(key, action, keys) {
  if (BROWSERS_OWN.has(key)) return { reason: "browser" };
  const by = Object.keys(keys).find((other) => other !== action && keys[other] === key);
  return by ? { reason: "taken", by } : null;
}

/** Where a computer keeps the keys that its agents chose. */
export const KEYS_STORED_AT = "parvis.console.keys";

/** Keys as stored by an earlier visit, completed by the defaults; anything unreadable gives the defaults. */
export function storedKeys(text) {
  try {
    const { keys = {}, hasSingleLetters = true } = JSON.parse(text) ?? {};
    const entries = Object.entries(keys).filter(
      ([action, key]) => action in DEFAULT_KEYS && typeof key === "string",
    );
    return {
      keys: { ...DEFAULT_KEYS, ...Object.fromEntries(entries) },
      hasSingleLetters: Boolean(hasSingleLetters),
    };
  } catch {
    return { keys: { ...DEFAULT_KEYS }, hasSingleLetters: true };
  }
}
