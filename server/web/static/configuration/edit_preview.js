// A preview of a kiosk's menu, next to the services in it: their names, order, folders and signs.

import { html, nothing } from "../shared/drawing.js";
import { menuOf, nameOf } from "./edit_content.js";
import { optionsOf } from "./edit_controls.js";

/**
 * A drawing of the menu in a language of the hall, that of the kiosk whose view is open; it takes no press.
 */
export function menuPreview(form) {
  const languages = form.languages();
  const language = languages.includes(form.previewLanguage) ? form.previewLanguage : "fr";
  const named = languages.map((each) => [each, form.languageName(each)]);
  const kiosk = form.openedIn("kiosks");
  const entries = menuOf(form.content(), kiosk);
  const menu = html`<ul class="kiosk-menu" lang=${language} tabindex="0" aria-labelledby="preview-title">
    ${entries.map(({ part, services }) => entry(part, services, language, form))}
  </ul>`;
  return html`<aside class="card preview" aria-labelledby="preview-title">
    <h3 id="preview-title">${titleOf(kiosk, form)}</h3>
    <select aria-label=${form.say("editing.preview.language")}
      @change=${({ target }) => form.preview(target.value)}>
      ${optionsOf(named, language)}
    </select>
    ${entries.length ? menu : html`<p class="muted">${form.say("editing.preview.empty")}</p>`}
  </aside>`;
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
  return html`<li>
    <img src=${`/assets/icons/${part.icon}.svg`} alt="" />
    <span><b>${texts(part.names) || form.say("editing.preview.nameless")}</b
      ><small>${texts(part.subtitles)}</small></span>
    ${services ? html`<ul>${services.map((each) => html`<li>${texts(each.names)}</li>`)}</ul>` : nothing}
  </li>`;
}
