// The documents of the configuration: their published revisions with authors, and which have a draft.

import { publishedWords } from "./configuration_words.js";
import { showRefusal } from "../shared/dom.js";
import { draw, html, nothing } from "../shared/drawing.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { readJson, sayer } from "../shared/sentences.js";
import { read, whyNotRead } from "../shared/verbs.js";

const page = readJson("configuration-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, moment: dateAndHour(page.language, pageTimeZone()) };

try {
  /** @type {Api.DocumentsAnswer} */
  const { documents } = await read("/api/v1/configuration");
  draw(document.querySelector("[data-list]"), documents.map(line));
} catch (error) {
  showRefusal(whyNotRead(error, say));
}

function line(found) {
  const { document: id, kind, draft, name, may_change: mayChange } = found;
  const address = `/configuration/${encodeURIComponent(id)}`;
  const isInstallation = kind === "installation";
  return html`<li class="card" data-document=${id}>
    <div>
      <h2><a href=${address}><bdi>${isInstallation ? say("publishing.installation") : name}</bdi></a></h2>
      ${isInstallation ? html`<p>${say("publishing.installation.what")}</p>` : nothing}
      <p class="muted">${publishedWords(found, words)}</p>
      ${draft ? html`<p class="state">${draftWords(draft)}</p>` : nothing}
    </div>
    ${
      mayChange
        ? html`<a class="button" href=${`${address}/edit`} aria-label=${say("publishing.edit_of", { name })}
            >${say("publishing.edit")}</a>`
        : nothing
    }
  </li>`;
}

function draftWords({ author, saved_at: at }) {
  return say("publishing.draft.by", {
    who: author ?? say("publishing.origin.browser"),
    at: words.moment(at),
  });
}
