// Who runs the configuration, a line a device by hall; and the published revisions, the newest first.

import { publishedWords } from "./configuration_words.js";
import { listOf } from "./confirming.js";
import { html, icon, nothing } from "../shared/drawing.js";

const SIGNS = { "up to date": "check", downloading: "clock", pending: "clock" };
const COLUMNS = ["device", "state", "seen"];

/** The devices of the halls that have some. */
export function devicesTables(halls, { say, moment }) {
  const row = ({ id, kind, label, state, seen_at: seenAt, is_connected: isHere }) => {
    const lastSeen = isHere
      ? say("publishing.devices.here")
      : seenAt
        ? moment(seenAt)
        : say("publishing.devices.never");
    return html`<tr data-device=${id}>
      <th scope="row"><bdi>${label}</bdi><small>${say(`publishing.kind.${kind}`)}</small></th>
      <td data-state=${state}>
        ${icon(SIGNS[state] ?? "alert")}${say(`publishing.state.${state.replaceAll(" ", "_")}`)}
      </td>
      <td>${lastSeen}</td>
    </tr>`;
  };
  return halls
    .filter(({ devices }) => devices.length)
    .map(
      ({ name, devices }) =>
        html`<table>
          <caption><bdi>${name}</bdi></caption>
          <thead>
            <tr>
              ${COLUMNS.map((column) => html`<th scope="col">${say(`publishing.devices.${column}`)}</th>`)}
            </tr>
          </thead>
          <tbody>${devices.map(row)}</tbody>
        </table>`,
    );
}

/** A revision; `restore(revision)` is called by its button, which there is where one may change. */
export function revisionLine(found, { say, moment, mayChange, restore }) {
  const { revision, changes, is_current: isCurrent } = found;
  const list = listOf(changes);
  const folded = html`<details>
    <summary>${say("publishing.changes", { count: changes.length })}</summary>
    ${list}
  </details>`;
  const button = html`<button type="button" data-restore=${revision}
    aria-label=${say("publishing.restore.of", { revision })} @click=${() => restore(revision)}>
    ${say("publishing.restore")}
  </button>`;
  return html`<li data-revision=${revision}>
    <div>
      <p class="revision">
        <b>${publishedWords(found, { say, moment })}</b>
        ${isCurrent ? html`<span class="state">${say("publishing.revisions.current")}</span>` : nothing}
      </p>
      ${changes.length > 3 ? folded : list}
    </div>
    ${mayChange && !isCurrent ? button : nothing}
  </li>`;
}
