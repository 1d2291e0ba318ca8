// What is noted of a medium: the form for its name, tags, maker, rights and last day, and its warning.

import { element } from "../shared/dom.js";
import { localeOf } from "../shared/instants.js";

/** The form, closed at first; `catalogue(medium, card)` is called when it is saved. */
export function detailsForm(medium, id, { say, catalogue }) {
  const field = (name, value, attributes = {}) =>
    element(
      "div",
      { class: "field" },
      element("label", { for: `${id}-${name}` }, say(`media.details.${name}`)),
      element("input", {
        id: `${id}-${name}`,
        name,
        value,
        type: "text",
        autocomplete: "off",
        ...attributes,
      }),
    );
  const why = `${id}-until-why`;
  const form = element(
    "form",
    { "data-details": true },
    field("name", medium.name, { maxlength: 120, required: true }),
    field("tags", medium.tags.join(", ")),
    field("made_by", medium.made_by, { maxlength: 120 }),
    field("rights", medium.rights, { maxlength: 240 }),
    field("until", medium.until ?? "", { type: "date", "aria-describedby": why }),
    element("p", { class: "muted", id: why }, say("media.details.until_why")),
    element("p", { class: "problem-words", role: "alert", "data-details-problem": true }),
    element("button", { "data-keep-details": true, "aria-describedby": id }, say("media.details.keep")),
  );
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    catalogue(medium, form.closest("li"));
  });
  return element("details", {}, element("summary", {}, say("media.details")), form);
}

/** Until when a medium may be used, said louder when that day is near or past; null without such a day. */
export function expiryNotice({ until, expiry }, { say, page }) {
  if (!until) return null;
  const written = new Intl.DateTimeFormat(localeOf(page.language), { dateStyle: "long", timeZone: "UTC" });
  const day = written.format(new Date(`${until}T00:00Z`));
  if (!expiry) return element("p", { class: "muted" }, say("media.expiry.day", { day }));
  return element(
    "p",
    { class: expiry === "over" ? "notice alert" : "notice", "data-expiry": expiry },
    element("i", { class: "icon icon-alert" }),
    element("span", {}, say(`media.expiry.${expiry}`, { day })),
  );
}
