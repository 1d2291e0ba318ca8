// Where a medium is used, and another one that takes its place everywhere; read when somebody opens it.

import { field, html, nothing } from "../shared/drawing.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { replacementOf } from "./media_state.js";
import { problem } from "./media_view.js";

const STAYS = ["correction_open", "not_begun", "over", "forbidden"];

/** The closed part of a card. `others`: the media that may take its place. */
export function usesPart(medium, { say, page, acts, name, ui, others }) {
  const toggled = ({ target }) => target.open && acts.readUses(medium);
  return html`<details @toggle=${toggled}>
    <summary>${say("media.uses")}</summary>
    <div data-uses>
      ${ui.uses ? [lines(ui.uses, { say, page }), replacing(medium, { say, acts, name, ui, others })] : nothing}
      ${ui.isUnread ? html`<p class="problem-words">${say("media.uses.unread")}</p>` : nothing}
    </div>
  </details>`;
}

/** The notices, and how many others there are. */
function lines({ notices, others }, words) {
  const { say } = words;
  const list = html`<ul class="uses">${notices.map((use) => line(use, words))}</ul>`;
  return html`${notices.length ? list : html`<p>${say("media.uses.none")}</p>`}
  ${others ? html`<p>${say("media.uses.others", { count: others })}</p>` : nothing}`;
}

function line(use, { say, page }) {
  const date = dateAndHour(page.language, pageTimeZone(), "medium");
  const dates = use.until
    ? say("media.uses.from_until", { from: date(use.from), until: date(use.until) })
    : use.from && say("media.uses.from", { from: date(use.from) });
  const said = [
    say(use.is_on_screens ? "media.uses.on_screens" : `media.uses.${use.state}`),
    use.state === "published" ? dates : null,
    STAYS.includes(use.change) ? say(`media.uses.stays.${use.change}`) : null,
  ].filter(Boolean);
  const href = `/affichage/message/${encodeURIComponent(use.notice)}`;
  return html`<li><a href=${href}>${use.title}</a> · ${said.join(" · ")}</li>`;
}

/** The choice of another medium, what it would do, and the press that does it; empty without a change. */
function replacing(medium, { say, acts, name, ui, others }) {
  const { count, shown, proposed } = replacementOf(ui.uses.notices);
  if (count === 0) return nothing;
  if (others.length === 0) return html`<p class="muted">${say("media.replace.nothing")}</p>`;
  const chosen = others.find((each) => each.medium === ui.by);
  const will = [say("media.replace.will", { count, shown })];
  if (proposed) will.push(say("media.replace.proposed", { count: proposed }));
  const option = (each) => html`<option value=${each.medium}>${each.name || each.texts.fr}</option>`;
  return html`<form class="replacing" @submit=${(event) => acts.replace(event, medium)}>
    ${field(
      `${name}-by`,
      say("media.replace"),
      html`<select id=${`${name}-by`} data-by
        @change=${({ target }) => acts.chooseOther(medium, target.value)}>
        <option value="">${say("media.replace.choose")}</option>
        ${others.map(option)}
      </select>`,
    )}
    <img src=${chosen?.thumbnail ?? "data:,"} alt="" ?hidden=${!chosen?.thumbnail} />
    <p data-will>${will.join(" ")}</p>
    ${problem(ui.replaceProblem)}
    <button data-replace ?disabled=${!chosen || ui.isReplacing}>${say("media.replace.do")}</button>
  </form>`;
}
