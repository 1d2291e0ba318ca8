// The history of a notice in words: who did what and when, and what changed from version to version.

import { html, nothing } from "../shared/drawing.js";
import { plainWords } from "./notice_content.js";

/** From when until when a notice is shown, or will be. */
export function shownInWords({ from, until }, { say, instant }, nowMs = Date.now()) {
  const since = say(Date.parse(from) > nowMs ? "notices.shown.planned" : "notices.shown.from", {
    from: instant(from),
  });
  return until ? `${since} ${say("notices.shown.until", { until: instant(until) })}` : since;
}

/** The items of the history, the newest first. */
export function historyItems({ history, versions }, { say, instant }) {
  return history.toReversed().map((step) => {
    const author = say("notices.by", { who: step.by ?? say("notices.nobody"), at: instant(step.at) });
    const version = versions.find((each) => each.version === step.version);
    const isEdited = step.fact === "NoticeEdited" && version?.changes.length;
    return html`<li>
      <b>${say(`notices.fact.${step.fact}`, { version: step.version })}</b><small>${author}</small>
      ${step.reason ? html`<q>${step.reason}</q>` : nothing}
      ${step.from ? html`<p>${shownInWords(step, { say, instant })}</p>` : nothing}
      ${isEdited ? changesTable(version.changes, say) : nothing}
    </li>`;
  });
}

function changesTable(changes, say) {
  const head = ["what", "before", "after"].map(
    (name) => html`<th scope="col">${say(`notices.change.${name}`)}</th>`,
  );
  const row = ({ path, before, after }) =>
    html`<tr>
      <th scope="row">${pathInWords(path, say)}</th>
      <td><del>${valueInWords(before, say)}</del></td>
      <td><ins>${valueInWords(after, say)}</ins></td>
    </tr>`;
  return html`<details>
    <summary>${say("notices.changes", { count: changes.length })}</summary>
    <div class="wide" tabindex="0" role="group" aria-label=${say("notices.change.what")}>
      <table class="changes">
        <thead><tr>${head}</tr></thead>
        <tbody>${changes.map(row)}</tbody>
      </table>
    </div>
  </details>`;
}

function pathInWords(path, say) {
  const [first, ...rest] = path.split(/[.[\]]+/).filter(Boolean);
  const name = say.knows(`notices.path.${first}`) ? say(`notices.path.${first}`) : first;
  const last = rest.at(-1);
  return last ? `${name} (${last})` : name;
}

function valueInWords(value, say) {
  const said = (each) => valueInWords(each, say);
  if (value === null || value === undefined) return say("notices.change.nothing");
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (typeof value === "object") return Object.values(value).map(said).join(" · ");
  return String(plainWords(value));
}
