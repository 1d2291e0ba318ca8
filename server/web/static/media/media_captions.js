// The captions of a film: which languages have them, a file for one, and their removal.

import { element, setText } from "../shared/dom.js";

const LANGUAGES = ["fr", "en", "es"];
const LARGEST_BYTES = 100_000;

/** The closed part of a film's card; `caption(medium, language, file)` gives why it failed, or "". */
export function captionsForm(medium, id, { say, caption }) {
  const named = (language) => say(`media.captions.${language}`);
  const has = medium.captions.map(named).join(", ");
  const select = element(
    "select",
    { id: `${id}-captions-language` },
    ...LANGUAGES.map((language) => element("option", { value: language }, named(language))),
  );
  const file = element("input", {
    id: `${id}-captions-file`,
    type: "file",
    accept: ".vtt,text/vtt",
    "aria-describedby": `${id}-captions-why`,
  });
  const problem = element("p", { class: "problem-words", role: "alert" });
  const form = element(
    "form",
    {},
    field(say("media.captions.language"), select),
    field(say("media.captions.file"), file),
    element("p", { class: "muted", id: `${id}-captions-why` }, say("media.captions.why")),
    problem,
    element("button", { "aria-describedby": id }, say("media.captions.keep")),
    ...medium.captions.map((language) => {
      const label = say("media.captions.remove", { language: named(language) });
      const button = element("button", { type: "button", class: "quiet" }, label);
      button.addEventListener("click", async () => setText(problem, await caption(medium, language, null)));
      return button;
    }),
  );
  form.addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    const [chosen] = file.files ?? [];
    if (!chosen) return setText(problem, say("media.captions.missing"));
    if (chosen.size > LARGEST_BYTES) return setText(problem, say("media.captions.too_large"));
    setText(problem, await caption(medium, select.value, chosen));
  });
  return element(
    "details",
    { "data-captions": true },
    element("summary", {}, say("media.captions")),
    element("p", {}, has ? say("media.captions.in", { languages: has }) : say("media.captions.none")),
    form,
  );
}

function field(label, control) {
  return element("div", { class: "field" }, element("label", { for: control.id }, label), control);
}
