// One medium in the list of the library: its small picture, its description, its texts, its removal.

import { element } from "../shared/dom.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { captionsForm } from "./media_captions.js";
import { detailsForm, expiryNotice } from "./media_details.js";
import { usesOf } from "./media_uses.js";
import { kindWords, maybeLook, needsTexts, titleOf } from "./media_state.js";

const TRANSLATIONS = ["en", "es"];

/**
 * The nodes of a card. `describe`, `catalogue`, `caption` and `remove` are called by its buttons; `used`
 * gives other media, and is informed of a replacement (`usesOf`).
 */
export function mediumCard(medium, { say, page, describe, catalogue, caption, remove, used }) {
  const when = dateAndHour(page.language, pageTimeZone())(medium.uploaded_at);
  const words = kindWords(medium);
  const name = `medium-${medium.medium}`;
  const mayChange = medium.may_change !== false; // what belongs to all sites is changed by who drafts for all
  return [
    picture(medium, say),
    element(
      "div",
      { class: "about" },
      element("h3", { id: name }, titleOf(medium, say(words.key, words.values))),
      element("p", { class: "muted" }, facts(medium, say(words.key, words.values), when, { say, page })),
      tags(medium),
      rights(medium, say),
      state(medium, say),
      expiryNotice(medium, { say, page }),
      needsTexts(medium) && mayChange ? texts(medium, name, { say, page, describe }) : null,
      mayChange && medium.kind === "video" ? captionsForm(medium, name, { say, caption }) : null,
      mayChange && medium.state === "ready" ? detailsForm(medium, name, { say, catalogue }) : null,
      medium.state === "ready" && medium.kind !== "font" ? usesOf(medium, name, { say, page, used }) : null,
      maybeLook(medium) ? element("p", { class: "muted" }, say("media.id", { id: medium.medium })) : null,
      element("p", { class: "problem-words", role: "alert", "data-problem": true }),
      mayChange
        ? removal(medium, name, { say, remove })
        : element("p", { class: "muted" }, say("media.of_all")),
    ),
  ];
}

/** Its kind, the date and the author of the upload, and its site where there are several. */
function facts({ name, texts, uploaded_by: by, site }, kind, when, { say, page }) {
  const sent = by ? say("media.sent_at_by", { when, by }) : say("media.sent_at", { when });
  const hasSites = Object.keys(page.sites).length > 0;
  const place = site ? (page.sites[site] ?? site) : say("media.every_site");
  return [name || texts.fr ? kind : null, sent, hasSites ? place : null].filter(Boolean).join(" · ");
}

function tags({ tags: noted }) {
  if (noted.length === 0) return null;
  return element("ul", { class: "tags" }, ...noted.map((tag) => element("li", {}, tag)));
}

function rights({ made_by: by, rights: noted }, say) {
  const said = [by && say("media.made_by", { by }), noted].filter(Boolean);
  return said.length ? element("p", {}, said.join(" · ")) : null;
}

function picture(medium, say) {
  const url = medium.thumbnail;
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
  const askToConfirm = (isSure) => {
    sure.hidden = !isSure;
    ask.hidden = isSure;
    (isSure ? keep : ask).focus();
  };
  ask.addEventListener("click", () => askToConfirm(true));
  keep.addEventListener("click", () => askToConfirm(false));
  sure.addEventListener("keydown", ({ key }) => key === "Escape" && askToConfirm(false));
  confirm.addEventListener("click", () => remove(medium, confirm.closest("li")));
  return element("div", { class: "removal" }, ask, sure);
}
