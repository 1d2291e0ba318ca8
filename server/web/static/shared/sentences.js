// Sentences of a page: the server writes them, in the page's language, into <script type="application/json">.

/**
 * The JSON value of a <script type="application/json" id="…"> of a page. Throws where it has none.
 *
 * @param {string} id
 * @param {Document} [root]
 * @returns {any} what the page’s template writes there
 */
export function readJson(id, root = document) {
  const found = root.getElementById(id);
  if (!found) throw new Error(`no script ${id} on this page`);
  return JSON.parse(found.textContent);
}

/**
 * A function that answers the sentence of a key with its {placeholders} filled. `say.knows(key)` says whether
 * there is one, for keys that the server names. A sentence with plural forms is {"one": "…", "other": "…"},
 * with the forms of its language, and is chosen by the value `count`.
 */
export function sayer(sentences, language) {
  const plurals = new Intl.PluralRules(language);
  const say = (key, values = {}) => {
    const found = sentences[key];
    if (found === undefined) throw new Error(`no sentence for ${key}`);
    const text = typeof found === "string" ? found : (found[plurals.select(values.count)] ?? found.other);
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
  say.knows = (key) => key in sentences;
  return say;
}
