// One medium in the list of the library: its small picture, its description, its texts, its removal.

import { element } from "../shared/dom.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { kindWords, maybeLook, needsTexts, thumbnailOf } from "./media_state.js";

const TRANSLATIONS = ["en", "es"];

/** The nodes of a card. `describe(medium, card)` and `remove(medium, card)` are called by its buttons. */
export function mediumCard(medium, { say, page, describe, remove }) {
  const when = dateAndHour(page.language, pageTimeZone())(medium.uploaded_at);
  const words = kindWords(medium);
  const name = `medium-${medium.medium}`;
  const mayChange = medium.may_change !== false; // what belongs to all sites is changed by who drafts for all
  return [
    picture(medium, say),
    element(
      "div",
      { class: "about" },
      element("h3", { id: name }, say(words.key, words.values)),
      element("p", { class: "muted" }, say("media.sent_at", { when })),
      siteOf(medium, { say, page }),
      state(medium, say),
      needsTexts(medium) && mayChange ? texts(medium, name, { say, page, describe }) : null,
      maybeLook(medium) ? element("p", { class: "muted" }, say("media.id", { id: medium.medium })) : null,
      element("p", { class: "problem-words", role: "alert", "data-problem": true }),
      mayChange
        ? removal(medium, name, { say, remove })
        : element("p", { class: "muted" }, say("media.of_all")),
    ),
  ];
}

/** The site of a medium, for people who draft at several sites. */
function siteOf({ site }, { say, page }) {
  if (Object.keys(page.sites).length === 0) return null;
  return element("p", { class: "muted" }, site ? (page.sites[site] ?? site) : say("media.every_site"));
}

function picture(medium, say) {
  const url = thumbnailOf(medium);
  if (url === null)
    return element(
      "div",
      { class: "picture" },
      element("i", { class: `icon icon-${medium.state === "refused" ? "alert" : "clock"}` }),
    );
  const first = medium.files[0];
  const image = element("img", {
    src: url,
    alt: medium.kind === "font" ? say("media.font.sample") : (medium.texts.fr ?? say("media.without_text")),
    width: 200,
    height: 150,
    loading: "lazy",
  });
  return element(
    "a",
    { class: "picture", href: medium.kind === "font" ? url : first.url, target: "_blank", rel: "noopener" },
    image,
    element("span", { class: "visually-hidden" }, ` ${say("media.open")}`),
  );
}

function state(medium, say) {
  if (medium.state === "preparing")
    return element(
      "p",
      { class: "notice" },
      element("i", { class: "icon icon-clock" }),
      element("span", {}, say("media.state.preparing")),
    );
  if (medium.state === "refused")
    return element(
      "p",
      { class: "notice alert" },
      element("i", { class: "icon icon-alert" }),
      element("span", {}, medium.refusal.detail),
    );
  if (needsTexts(medium) && !medium.texts.fr)
    return element(
      "p",
      { class: "notice" },
      element("i", { class: "icon icon-alert" }),
      element("span", {}, say("media.text.before_use")),
    );
  return null;
}

function texts(medium, name, { say, page, describe }) {
  const area = (language) => {
    const id = `${name}-${language}`;
    return element(
      "div",
      { class: "field" },
      element("label", { for: id }, say(`media.text.${language}`)),
      element(
        "textarea",
        {
          id,
          name: language,
          lang: language,
          rows: 2,
          maxlength: page.longest_text,
          "aria-describedby": language === "fr" ? `${name}-why` : null,
        },
        medium.texts[language] ?? "",
      ),
    );
  };
  const form = element(
    "form",
    {},
    area("fr"),
    element("p", { class: "muted", id: `${name}-why` }, say("media.text.why")),
    element(
      "details",
      { open: TRANSLATIONS.some((language) => medium.texts[language]) },
      element("summary", {}, say("media.text.translations")),
      ...TRANSLATIONS.map(area),
    ),
    element("button", { "data-keep": true, "aria-describedby": name }, say("media.text.keep")),
  );
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    describe(medium, form.closest("li"));
  });
  return form;
}

// Two steps in the same place: nothing opens above the page.
function removal(medium, name, { say, remove }) {
  const button = (key, attributes) =>
    element("button", { type: "button", "aria-describedby": name, ...attributes }, say(key));
  const ask = button("media.remove.ask", { class: "quiet" });
  const confirm = button("media.remove.confirm", { class: "danger" });
  const keep = button("media.remove.keep", {});
  const sure = element(
    "div",
    { class: "sure", hidden: true },
    element("p", {}, say("media.remove.sure")),
    confirm,
    keep,
  );
  const turn = (isSure) => {
    sure.hidden = !isSure;
    ask.hidden = isSure;
    (isSure ? keep : ask).focus();
  };
  ask.addEventListener("click", () => turn(true));
  keep.addEventListener("click", () => turn(false));
  sure.addEventListener("keydown", ({ key }) => key === "Escape" && turn(false));
  confirm.addEventListener("click", () => remove(medium, confirm.closest("li")));
  return element("div", { class: "removal" }, ask, sure);
}
