// The list of notices: first those that wait for the reader, then the others by state.

import { byId, one, show, showRefusal, write } from "../shared/dom.js";
import { drawList, html, nothing, repeat } from "../shared/drawing.js";
import { sectionsOf, stateOf } from "./notice_content.js";
import { isEverywhere } from "./notice_targets.js";
import { shownInWords } from "./notice_history.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { isFound } from "../shared/finding.js";
import { readJson, sayer } from "../shared/sentences.js";
import { read, whyNotRead } from "../shared/verbs.js";

const COLUMNS = ["title", "kind", "where", "who", "when", "state"];
const page = readJson("notices-page");
const say = sayer(readJson("sentences"), page.language);
const isArchive = new URLSearchParams(location.search).has("archives");
const sites = new Map(page.halls.map(({ site, site_name: name }) => [site, name]));
const instant = dateAndHour(page.language, pageTimeZone());

/** @type {Api.ListedNotice[]} */
let listed = [];
let next = null;
const more = one("[data-more]");

if (isArchive) {
  /** @type {HTMLAnchorElement} */
  const link = one("[data-archives]");
  link.href = "/affichage";
  link.textContent = say("notices.back");
}
more.addEventListener("click", async () => {
  const from = listed.length;
  await readOn();
  document.querySelector(`[data-notice="${listed[from]?.notice}"]`)?.focus();
});
/** @type {HTMLInputElement} */
const find = byId("find");
find.addEventListener("input", async () => {
  // among all of them, not only those that are listed so far
  while (next !== null && find.value.trim()) if (!(await readOn())) break;
  draw();
});
await readOn();

/** Reads the next page of the list, and draws all that is known. */
async function readOn() {
  const query = new URLSearchParams({
    ...(isArchive ? { state: "archived" } : {}),
    ...(next ? { before: next } : {}),
  });
  showRefusal("");
  try {
    /** @type {Api.NoticesAnswer} */
    const found = await read(`/api/v1/notices?${query}`);
    const listedIds = new Set(listed.map(({ notice }) => notice)); // what changed has moved to the top
    listed = [...listed, ...found.notices.filter(({ notice }) => !listedIds.has(notice))];
    next = found.next;
  } catch (error) {
    showRefusal(whyNotRead(error, say));
    return false;
  }
  draw();
  return true;
}

function draw() {
  const sought = find.value.trim();
  const found = listed.filter(({ title }) => isFound(sought, title));
  write("found", sought ? say("notices.found", { count: found.length }) : "");
  show("[data-none]", listed.length === 0);
  drawList("sections", sectionsOf(found, Date.now()).map(section));
  more.hidden = next === null;
}

function section({ name, notices }) {
  const id = `section-${name}`;
  return html`<section class=${`list ${name}`} aria-labelledby=${id}>
    <h2 id=${id}>${say(`notices.section.${name}`)} <span class="count">${notices.length}</span></h2>
    <div class="wide" tabindex="0" role="group" aria-labelledby=${id}>
      <table>
        <thead>
          <tr>${COLUMNS.map((each) => html`<th scope="col">${say(`notices.column.${each}`)}</th>`)}</tr>
        </thead>
        <tbody>${repeat(notices, ({ notice }) => notice, row)}</tbody>
      </table>
    </div>
  </section>`;
}

function row(listedNotice) {
  const { notice, title, kind, picture } = listedNotice;
  const state = stateOf(listedNotice, instant);
  const id = encodeURIComponent(notice);
  return html`<tr>
    <th scope="row">
      ${picture ? html`<img class="small-picture" src=${picture} alt="" loading="lazy" />` : nothing}<a
        href=${`/affichage/message/${id}`} data-notice=${notice}><bdi lang="fr">${title}</bdi></a
      >${listedNotice.is_correction ? html`<small class="tag"> ${say("notices.correction")}</small>` : nothing}
    </th>
    <td>${say(`notices.kind.${kind}`)}</td>
    <td>${where(listedNotice)}</td>
    <td><bdi>${listedNotice.drafted_by ?? say("notices.nobody")}</bdi></td>
    <td>${when(listedNotice)}</td>
    <td>
      <span class="state" data-state=${state.name}>${say(...state.words)}</span
      ><a class="copy" href=${`/affichage/message?copie=${id}`}
        aria-label=${say("notices.copy_of", { title })}>${say("notices.copy_short")}</a>
    </td>
  </tr>`;
}

function where({ targets, sites: touched }) {
  if (targets.is_nowhere) return say("notices.nowhere");
  if (isEverywhere(targets)) return say("notices.everywhere");
  return touched.map((site) => sites.get(site) ?? site).join(", ");
}

function when(notice) {
  return notice.state === "published" ? shownInWords(notice, { say, instant }) : instant(notice.changed_at);
}
