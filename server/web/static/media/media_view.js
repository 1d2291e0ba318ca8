// One medium of the library: its picture, its texts, what is noted of it, where it is used.

import { field, html, icon, nothing } from "../shared/drawing.js";
import { dateAndHour, localeOf, pageTimeZone } from "../shared/instants.js";
import { usesPart } from "./media_uses.js";
import { maybeLook, needsTexts } from "./media_state.js";

const LANGUAGES = ["fr", "en", "es"];
const TRANSLATIONS = LANGUAGES.slice(1);

/** A card. `ui` is what the page keeps of it: problems of its forms, its uses. `acts`: what presses do. */
export function mediumCard(medium, ui, { say, page, acts, others }) {
  const name = `medium-${medium.medium}`;
  const context = { say, page, acts, name, ui };
  const mayChange = medium.may_change !== false; // what belongs to all sites is changed by who drafts for all
  const isReady = medium.state === "ready";
  const tags = html`<ul class="tags">${medium.tags.map((tag) => html`<li>${tag}</li>`)}</ul>`;
  return html`<section class="card alone" data-medium=${medium.medium} data-state=${medium.state} aria-labelledby=${name}>
    ${picture(medium, say)}
    <div class="about">
      <p class="muted">${facts(medium, { say, page })}</p>
      ${medium.tags.length ? tags : nothing}
      ${replacedFonts(medium, say)} ${rights(medium, say)} ${state(medium, say)} ${expiryNotice(medium, { say, page })}
      ${needsTexts(medium) && mayChange ? textsForm(medium, context) : nothing}
      ${mayChange && medium.kind === "video" ? captionsForm(medium, context) : nothing}
      ${mayChange && isReady ? detailsForm(medium, context) : nothing}
      ${isReady && medium.kind !== "font" ? usesPart(medium, { ...context, others }) : nothing}
      ${maybeLook(medium) ? html`<p class="muted">${say("media.id", { id: medium.medium })}</p>` : nothing}
      ${problem(ui.problem, true)}
      ${mayChange ? nothing : html`<p class="muted">${say("media.of_all")}</p>`}
    </div>
  </section>`;
}

/** Why a form came to nothing; `isMain`: that of the card. */
export const problem = (words = "", isMain = false) =>
  html`<p class="problem-words" role="alert" ?data-problem=${isMain} .textContent=${words}></p>`;

/** The date and the author of the upload, and its site where there are several. */
function facts({ uploaded_by: by, uploaded_at: at, site }, { say, page }) {
  const when = dateAndHour(page.language, pageTimeZone())(at);
  const sent = by ? say("media.sent_at_by", { when, by }) : say("media.sent_at", { when });
  const hasSites = Object.keys(page.sites).length > 0;
  const place = site ? (page.sites[site] ?? site) : say("media.every_site");
  return hasSites ? `${sent} · ${place}` : sent;
}

/** The fonts of a presentation that others took the place of, if any. */
function replacedFonts({ files }, say) {
  const fonts = files.flatMap(({ replaced_fonts: replaced }) => replaced);
  return fonts.length ? notice(say("media.replaced_fonts", { fonts: fonts.join(", ") })) : nothing;
}

function rights({ made_by: by, rights: noted }, say) {
  const said = [by && say("media.made_by", { by }), noted].filter(Boolean);
  return said.length ? html`<p>${said.join(" · ")}</p>` : nothing;
}

function picture({ thumbnail, state: now, files, kind, texts }, say) {
  if (thumbnail === null)
    return html`<div class="picture">
      <i class=${`icon icon-${now === "refused" ? "alert" : "clock"}`}></i>
    </div>`;
  const isFont = kind === "font";
  const alt = isFont ? say("media.font.sample") : (texts.fr ?? say("media.without_text"));
  return html`<a class="picture" href=${isFont ? thumbnail : files[0].url} target="_blank" rel="noopener"
    ><img src=${shownIn({ files, kind, thumbnail })} alt=${alt} width="480" height="360" /><span class="visually-hidden">
      ${say("media.open")}</span></a>`;
}

/** The file that shows a medium large: its page, the first picture of a film, the letters of a font. */
function shownIn({ files, kind, thumbnail }) {
  const role = { video: "poster", font: "thumbnail" }[kind] ?? "page";
  return files.find((each) => each.role === role)?.url ?? thumbnail;
}

const notice = (words, { sign = "alert", kind = "", expiry = /** @type {any} */ (nothing) } = {}) =>
  html`<p class=${`notice ${kind}`} data-expiry=${expiry}>${icon(sign)}<span>${words}</span></p>`;

function state(medium, say) {
  if (medium.state === "preparing") return notice(say("media.state.preparing"), { sign: "clock" });
  if (medium.state === "refused") return notice(medium.refusal.detail, { kind: "alert" });
  return needsTexts(medium) && !medium.texts.fr ? notice(say("media.text.before_use")) : nothing;
}

/** Until when a medium may be used, said louder when that day is near or past. */
function expiryNotice({ until, expiry }, { say, page }) {
  if (!until) return nothing;
  const written = new Intl.DateTimeFormat(localeOf(page.language), { dateStyle: "long", timeZone: "UTC" });
  const day = written.format(new Date(`${until}T00:00Z`));
  if (!expiry) return html`<p class="muted">${say("media.expiry.day", { day })}</p>`;
  return notice(say(`media.expiry.${expiry}`, { day }), { kind: expiry === "over" ? "alert" : "", expiry });
}

/** What is typed stays while the library has the same words. */
function textsForm(medium, { say, page, acts, name }) {
  const area = (language) =>
    field(
      `${name}-${language}`,
      say(`media.text.${language}`),
      html`<textarea id=${`${name}-${language}`} name=${language} lang=${language} rows="2"
        maxlength=${page.longest_text} aria-describedby=${language === "fr" ? `${name}-why` : nothing}
        .value=${medium.texts[language] ?? ""}></textarea>`,
    );
  return html`<form @submit=${(event) => acts.describe(event, medium)}>
    ${area("fr")}
    <p class="muted" id=${`${name}-why`}>${say("media.text.why")}</p>
    <details ?open=${TRANSLATIONS.some((language) => medium.texts[language])}>
      <summary>${say("media.text.translations")}</summary>
      ${TRANSLATIONS.map(area)}
    </details>
    <button data-keep aria-describedby=${name}>${say("media.text.keep")}</button>
  </form>`;
}

/** What is noted of a medium: its name, tags, maker, rights and last day. */
function detailsForm(medium, { say, acts, name, ui }) {
  const typed = (key, value, { most = /** @type {any} */ (nothing), type = "text", why = nothing } = {}) =>
    field(
      `${name}-${key}`,
      say(`media.details.${key}`),
      html`<input id=${`${name}-${key}`} name=${key} type=${type} autocomplete="off" maxlength=${most}
        ?required=${key === "name"} aria-describedby=${why} .value=${value} />`,
    );
  const why = /** @type {any} */ (`${name}-until-why`);
  return html`<details>
    <summary>${say("media.details")}</summary>
    <form data-details @submit=${(event) => acts.catalogue(event, medium)}>
      ${typed("name", medium.name, { most: 120 })} ${typed("tags", medium.tags.join(", "))}
      ${typed("made_by", medium.made_by, { most: 120 })} ${typed("rights", medium.rights, { most: 240 })}
      ${typed("until", medium.until ?? "", { type: "date", why })}
      <p class="muted" id=${why}>${say("media.details.until_why")}</p>
      ${problem(ui.detailsProblem)}
      <button data-keep-details aria-describedby=${name}>${say("media.details.keep")}</button>
    </form>
  </details>`;
}

/** The captions of a film: which languages have them, a file for one, and their removal. */
function captionsForm(medium, { say, acts, name, ui }) {
  const named = (language) => say(`media.captions.${language}`);
  const has = medium.captions.map(named).join(", ");
  const removing = (language) =>
    html`<button type="button" class="quiet" @click=${() => acts.caption(medium, language, null)}>
      ${say("media.captions.remove", { language: named(language) })}
    </button>`;
  const [select, file, why] = ["language", "file", "why"].map((part) => `${name}-captions-${part}`);
  return html`<details data-captions>
    <summary>${say("media.captions")}</summary>
    <p>${has ? say("media.captions.in", { languages: has }) : say("media.captions.none")}</p>
    <form @submit=${(event) => acts.sendCaptions(event, medium)}>
      ${field(
        select,
        say("media.captions.language"),
        html`<select id=${select} name="language">
          ${LANGUAGES.map((language) => html`<option value=${language}>${named(language)}</option>`)}
        </select>`,
      )}
      ${field(
        file,
        say("media.captions.file"),
        html`<input id=${file} name="file" type="file" accept=".vtt,.srt,text/vtt" aria-describedby=${why} />`,
      )}
      <p class="muted" id=${why}>${say("media.captions.why")}</p>
      ${problem(ui.captionsProblem)}
      <button aria-describedby=${name}>${say("media.captions.keep")}</button>
      ${medium.captions.map(removing)}
    </form>
  </details>`;
}
