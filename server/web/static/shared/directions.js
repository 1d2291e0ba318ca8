// Which side a language begins on.

/** `ltr` or `rtl`; a language code the browser does not know leaves it to the text: `auto`. */
export function directionOf(language) {
  try {
    const locale = new Intl.Locale(language);
    return (locale.getTextInfo?.() ?? locale.textInfo)?.direction ?? "auto";
  } catch {
    return "auto";
  }
}
