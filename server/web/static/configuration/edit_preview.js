// A preview of a kiosk's menu, next to the services in it: their names, order, folders and signs.

import { element } from "../shared/dom.js";
import { menuOf, nameOf } from "./edit_content.js";

/**
 * A drawing of the menu in a language of the hall, that of the kiosk whose view is open; it takes no press.
 */
export function menuPreview(form) {
  const languages = form.languages();
  const language = languages.includes(form.previewLanguage) ? form.previewLanguage : "fr";
  const choose = element(
    "select",
    { "aria-label": form.say("editing.preview.language") },
    ...languages.map((each) =>
      element("option", { value: each, selected: each === language }, form.languageName(each)),
    ),
  );
  choose.addEventListener("change", () => form.preview(choose.value));
  const kiosk = form.openedIn("kiosks");
  const entries = menuOf(form.content(), kiosk);
  const drawn = entries.map(({ part, services }) => entry(part, services, language, form));
  const menu = drawn.length
    ? element(
        "ul",
        { class: "kiosk-menu", lang: language, tabindex: "0", "aria-labelledby": "preview-title" },
        ...drawn,
      )
    : element("p", { class: "muted" }, form.say("editing.preview.empty"));
  return element(
    "aside",
    { class: "card preview", "aria-labelledby": "preview-title" },
    element("h3", { id: "preview-title" }, titleOf(kiosk, form)),
    choose,
    menu,
  );
}

/** Whose menu it is: that of one kiosk, of every kiosk, or the hall's where a kiosk offers a part of it. */
function titleOf(kiosk, form) {
  if (kiosk) return form.say("editing.preview.kiosk", { name: nameOf(kiosk) });
  const isWhole = (form.content().kiosks ?? []).some(
    ({ services, is_retired }) => services?.length && !is_retired,
  );
  return form.say(isWhole ? "editing.preview.whole" : "editing.preview.menu");
}

function entry(part, services, language, form) {
  const texts = (of) => of?.[language] || of?.fr || "";
  const words = element(
    "span",
    {},
    element("b", {}, texts(part.names) || form.say("editing.preview.nameless")),
    element("small", {}, texts(part.subtitles)),
  );
  const inside = services
    ? element("ul", {}, ...services.map((each) => element("li", {}, texts(each.names))))
    : null;
  return element("li", {}, element("img", { src: `/assets/icons/${part.icon}.svg`, alt: "" }), words, inside);
}
