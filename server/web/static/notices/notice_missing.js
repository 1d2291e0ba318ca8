// What the translations of a notice lack: every text that the French has is in each language. Pure.

/**
 * The names of the texts that each language lacks, by language; a language that lacks nothing is left out.
 *
 * @param {Record<string, any>} content as typed
 * @param {string[]} languages French first
 * @returns {Record<string, string[]>}
 */
export function missingWords(content, languages) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const language of languages.slice(1)) {
    const lacks = (texts) => isWritten(texts?.fr) && !isWritten(texts[language]);
    const names = Object.entries(content)
      .filter(([, value]) =>
        Array.isArray(value)
          ? value.some((row) => Object.values(row ?? {}).some((texts) => lacks(texts)))
          : lacks(value),
      )
      .map(([name]) => name);
    if (names.length) found[language] = names;
  }
  return found;
}

/** Whether a text says something; an empty editor holds marks alone. */
function isWritten(text) {
  return typeof text === "string" && text.replace(/<[^>]*>/g, "").trim() !== "";
}
