// What is found in a list by the words that one types, whatever their order, accents and capitals. Pure.

/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * Whether texts have every word that is typed.
 *
 * @param {string} typed
 * @param {(string | null)[]} texts
 */
export function isFound(typed, ...texts) {
  const all = plain(texts.join(" "));
  return plain(typed)
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** A list of so many has a field to search in it. */
export const MANY = 12;
