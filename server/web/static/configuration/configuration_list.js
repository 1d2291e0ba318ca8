// The documents of the configuration: their published revisions with authors, and which have a draft.

import { publishedWords } from "./configuration_words.js";
import { element, one, show, write } from "../shared/dom.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { readJson, sayer } from "../shared/sentences.js";
import { read, whyNotRead } from "../shared/verbs.js";

const page = readJson("configuration-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, moment: dateAndHour(page.language, pageTimeZone()) };

try {
  /** @type {Api.DocumentsAnswer} */
  const { documents } = await read("/api/v1/configuration");
  one("[data-list]").replaceChildren(...documents.map(line));
} catch (error) {
  write("refused", whyNotRead(error, say));
  show("[data-refused]", true);
}

function line(found) {
  const { document: name, kind, draft } = found;
  const address = `/configuration/${encodeURIComponent(name)}`;
  const title = element(
    "h2",
    {},
    element(
      "a",
      { href: address },
      element("bdi", {}, kind === "installation" ? say("publishing.installation") : found.name),
    ),
  );
  const sentence = draft
    ? element(
        "p",
        { class: "state" },
        say("publishing.draft.by", {
          who: draft.author ?? say("publishing.origin.browser"),
          at: words.moment(draft.saved_at),
        }),
      )
    : null;
  const edit = found.may_change
    ? element(
        "a",
        {
          class: "button",
          href: `${address}/edit`,
          "aria-label": say("publishing.edit_of", { name: found.name }),
        },
        say("publishing.edit"),
      )
    : null;
  const what = kind === "installation" ? element("p", {}, say("publishing.installation.what")) : null;
  return element(
    "li",
    { class: "card", "data-document": name },
    element("div", {}, title, what, element("p", { class: "muted" }, publishedWords(found, words)), sentence),
    edit,
  );
}
