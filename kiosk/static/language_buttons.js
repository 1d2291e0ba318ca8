// The languages of a kiosk: a row of buttons, one of them for those without room there.

import { button, byId } from "./elements.js";
import { tagOf } from "./words.js";

const AT_ONCE = { portrait: 5, landscape: 4 };
const LEFT_TO_RIGHT = "\u200e"; // « +5 » is not turned round in Arabic and Dari

export function drawLanguages(state, say, languages, isShown) {
  const nav = byId("languages");
  nav.hidden = !isShown;
  const own = languages.find((each) => each.code === state.language);
  if (own && state.preferences.large && innerHeight >= innerWidth)
    return nav.replaceChildren(moreLanguages(own.name, say));
  const atOnce = AT_ONCE[innerWidth > innerHeight ? "landscape" : "portrait"];
  const isLong = languages.length > atOnce;
  let first = isLong ? languages.slice(0, atOnce - 1) : languages;
  if (own && !first.includes(own)) first = [...first.slice(0, -1), own];
  const buttons = first.map((each) => languageButton(each, state));
  if (isLong) {
    buttons.push(moreLanguages(`${LEFT_TO_RIGHT}+${languages.length - first.length}`, say));
  }
  return nav.replaceChildren(...buttons);
}

function moreLanguages(label, say) {
  const more = button({ act: "show_languages", key: "more-languages", label, icon: "languages" });
  more.setAttribute("aria-label", `${say("kiosk.languages.more")} ${label}`);
  return more;
}

export function languageButton(language, state) {
  const made = button({ act: "choose_language", key: `language-${language.code}`, label: language.name });
  made.dataset.language = language.code;
  made.lang = tagOf(language.code);
  made.dir = language.dir;
  made.setAttribute("aria-pressed", String(language.code === state.language));
  return made;
}
