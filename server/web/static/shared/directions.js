// Which side a language begins on.

/**
 * `ltr` or `rtl`; a language code the browser does not know leaves it to the text: `auto`.
 *
 * @param {string} language
 * @returns {"ltr" | "rtl" | "auto"}
 */
export function directionOf(language) {
  try {
    // `textInfo` was its name before; types of the language know neither yet
    const locale = /** @type {any} */ (new Intl.Locale(language));
    return (locale.getTextInfo?.() ?? locale.textInfo)?.direction ?? "auto";
  } catch {
    return "auto";
  }
}
