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
    const names = Object.entries(content)
      .filter(([, texts]) => isWritten(texts?.fr) && !isWritten(texts[language]))
      .map(([name]) => name);
    const rows = content.rows ?? [];
    const lacks = (part) => rows.some((row) => isWritten(row[part]?.fr) && !isWritten(row[part][language]));
    if (lacks("labels") || lacks("delays")) names.push("rows");
    if (names.length) found[language] = names;
  }
  return found;
}

/** Whether a text says something; an empty editor holds marks alone. */
function isWritten(text) {
  return typeof text === "string" && text.replace(/<[^>]*>/g, "").trim() !== "";
}
