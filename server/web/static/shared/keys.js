// Keys of the console: which action a key means, and which keys an agent may choose. No DOM but the event
// passed in.

const BROWSERS_OWN = new Set([
  " ",
  ...(
    "F1 F3 F5 F6 F7 F10 F11 F12 TAB ENTER ESCAPE BACKSPACE DELETE ARROWUP ARROWDOWN ARROWLEFT " +
    "ARROWRIGHT HOME END PAGEUP PAGEDOWN ' / SHIFT CONTROL ALT META ALTGRAPH CAPSLOCK DEAD " +
    "CONTEXTMENU UNIDENTIFIED"
  ).split(" "),
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

/**
 * Keys as stored by an earlier visit, completed by the usual ones of each action; anything unreadable gives
 * those. Function keys work everywhere, single letters outside fields and only while they are on.
 */
export function storedKeys(/** @type {string | null} */ text, /** @type {Record<string, string>} */ usual) {
  try {
    const { keys = {}, hasSingleLetters = true } = JSON.parse(text ?? "null") ?? {};
    const entries = Object.entries(keys).filter(
      ([action, key]) => action in usual && typeof key === "string",
    );
    return {
      keys: { ...usual, ...Object.fromEntries(entries) },
      hasSingleLetters: Boolean(hasSingleLetters),
    };
  } catch {
    return { keys: { ...usual }, hasSingleLetters: true };
  }
}
