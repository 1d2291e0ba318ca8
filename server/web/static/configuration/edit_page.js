// The editing pages of one document: one view at a time, its draft saved a moment after each edit.

import { hourTeller } from "../shared/durations.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { setText, show, showRefusal, write } from "../shared/dom.js";
import { draw as drawIn, html, nothing, repeat } from "../shared/drawing.js";
import { nameOf } from "./edit_content.js";
import { createConflicts } from "./edit_conflicts.js";
import { createDraft } from "../shared/saved_draft.js";
import { fieldAt } from "./edit_fields.js";
import { itemsOf } from "./edit_items.js";
import { drawn, groupsOf } from "./edit_parts.js";
import { menuPreview } from "./edit_preview.js";
import { countsOf, listProblems, markProblems, targetOf } from "./edit_problems.js";
import { libraryMedia } from "../notices/notice_medium.js";
import { languageNames } from "../shared/hall_words.js";
import { setAt, valueAt } from "../shared/paths.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, read, send, whyNotRead } from "../shared/verbs.js";

const page = readJson("editing-page");
const say = sayer(readJson("sentences"), page.language);
const api = `/api/v1/configuration/${encodeURIComponent(page.document)}`;
const get = (selector) => document.querySelector(selector);
const clock = hourTeller(page.language, pageTimeZone());
const moment = dateAndHour(page.language, pageTimeZone());

let content = null;
let published = {};
let problems = [];
let shownAddress = null; // the address of the view
let opened = null; // the item whose view is open, and the list it is in
const unfolded = new Set(); // groups opened by the person stay open when a view is drawn again

const form = {
  say,
  page,
  described: page.form,
  parts: page.form.parts,
  previewLanguage: "fr",
  content: () => content,
  valueAt: (path) => valueAt(content, path),
  fieldAt: (field, path) => fieldAt(field, path, form),
  languages: () => content.languages ?? ["fr"],
  offeredLanguages: () => page.languages,
  languageName: languageNames(page.language),
  siteCalendar: () => page.sites.find(({ slug }) => slug === content.site)?.calendar,
  openedIn: (list) => (opened?.list === list ? opened.item : null),
  isPublished: (list, key) => (published[list] ?? []).some((each) => (each.id ?? each.slug) === key),
  listed,
  change,
  redraw,
  address,
  open,
  preview(language) {
    form.previewLanguage = language;
    drawPreview();
  },
};

const put = (body) => send({ method: "PUT", path: `${api}/draft`, body, headers: csrfHeader() });
const draft = createDraft({
  key: `parvis-draft-${page.document}`,
  store: localStorage,
  put,
  baseOf: ({ base_revision, version }) => ({ base_revision, draft_version: version }),
  tell: tellState,
  took,
  collided: (problem) => conflicts.ask(problem),
});
const conflicts = createConflicts({
  box: get("[data-conflicts]"),
  view: get("[data-view]"),
  say,
  put,
  draft,
  joined,
  left: loadAnew,
});

addEventListener("hashchange", () => location.hash !== shownAddress && draw({ isTurned: true }));
addEventListener("beforeunload", (event) => draft.isSaved || event.preventDefault());
get("[data-publish]").addEventListener("click", publish);
page.media = await libraryMedia();
await load();

/** Takes what the server has, and what an earlier page of this browser could not save. */
async function load() {
  /** @type {Api.DocumentAnswer} */
  let answer;
  try {
    answer = await read(api);
  } catch (error) {
    return showRefusal(whyNotRead(error, say));
  }
  published = answer.content ?? {};
  content = structuredClone(answer.draft?.content ?? published);
  const left = draft.begin(content, {
    base_revision: answer.draft?.base_revision ?? answer.revision,
    draft_version: answer.draft?.version ?? null,
  });
  const { author, saved_at: savedAt } = answer.draft ?? {};
  show("[data-other]", Boolean(author) && author !== page.viewer);
  if (author) write("other", say("editing.draft_of", { name: author, at: moment(savedAt) }));
  took({ problems: answer.draft?.problems ?? [], changes: answer.draft?.changes ?? [] });
  tellState(answer.draft ? "saved" : "clean", "", savedAt);
  if (left) {
    content = draft.takeUp(left);
    tell(say("editing.taken_up"));
  }
  show("[data-loaded]", true);
  show("[data-not-yours]", !answer.may_change);
  show("[data-refused]", false);
  get("[data-view]").inert = !answer.may_change;
  return draw();
}

async function loadAnew() {
  draft.settle();
  await load();
}

/** Another person's changes are shown here too; none of them is taken unseen. */
async function joined({ author, theirs, discarded }) {
  await loadAnew();
  if (discarded) tell(say("editing.discarded.joined"));
  else
    tell(
      say("editing.joined", {
        name: author ?? say("editing.conflicts.somebody"),
        changes: theirs.map(({ sentence }) => sentence).join(" · "),
      }),
    );
}

function took(answer) {
  const { changes = [] } = answer;
  problems = answer.problems ?? [];
  write("changes", changes.length ? say("editing.changes", { count: changes.length }) : "");
  get("[data-publish]").hidden = changes.length === 0;
  tellProblems();
}

function tellProblems() {
  const errors = problems.filter((each) => !each.is_warning);
  listProblems(get("[data-problems]"), errors, form, "editing.problems");
  listProblems(
    get("[data-warnings]"),
    problems.filter((each) => each.is_warning),
    form,
    "editing.warnings",
  );
  markProblems(get("[data-view]"), problems);
  const counts = countsOf(errors, form);
  for (const mark of document.querySelectorAll("[data-count]")) {
    const count = counts[mark.dataset.count] ?? 0;
    setText(mark, count ? String(count) : "");
    mark.setAttribute("aria-label", count ? say("editing.problems.short", { count }) : "");
    mark.hidden = count === 0;
  }
}

function change(path, value, { redraws = false, focus = null } = {}) {
  setAt(content, path, value);
  draft.edited();
  if (redraws) redraw(focus);
  else drawPreview();
}

/** Draws the view again; `focus`: the id of what has the focus then, where it is another than before. */
function redraw(focus) {
  draw();
  const found = focus && document.getElementById(focus);
  // the first item cannot move further up: the next button gets the focus
  (found?.disabled ? found.parentElement.querySelector("button:enabled") : found)?.focus();
}

function address(section, list = null, id = null) {
  return `#${[section, ...(id ? [list, id] : [])].map(encodeURIComponent).join("/")}`;
}

function open(section, list = null, id = null, path = null) {
  const target = address(section, list, id);
  if (location.hash !== target) history.pushState(null, "", target);
  draw({ isTurned: true, path });
}

function draw({ isTurned = false, path = null } = {}) {
  shownAddress = location.hash;
  const [name, list, id] = shownAddress.slice(1).split("/").map(decodeURIComponent);
  const section = page.form.sections.find(({ key }) => key === name) ?? page.form.sections[0];
  for (const link of document.querySelectorAll("[data-section]")) {
    if (link.dataset.section === section.key) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const field = section.groups.flatMap(({ fields }) => fields).find((each) => each.name === list && each.key);
  const at = field ? (content[list] ?? []).findIndex((each) => each[field.key] === id) : -1;
  opened = at < 0 ? null : { list, item: content[list][at] };
  const view = get("[data-view]");
  const address = at < 0 ? section.key : `${list} ${id}`; // another view has other fields
  drawIn(
    view,
    repeat([address], String, () => (at < 0 ? sectionView(section) : itemView(section, field, at))),
  );
  drawPreview(section.preview);
  tellProblems();
  if (isTurned) (path && targetOf(view, path) ? targetOf(view, path) : view.querySelector("h2")).focus();
}

function sectionView(section) {
  const name = `editing.section.${page.kind}.${section.key}`;
  const view = (field, at) => (field.key ? itemsOf(field, at, form, section.key) : form.fieldAt(field, at));
  const groups = section.groups.map(({ key, is_folded, fields }) => {
    const placed = fields.map((field) => ({ field, at: field.name }));
    return card(page.kind, { key, is_folded, fields: placed }, view);
  });
  return html`<h2 tabindex="-1">${say(name)}</h2>
    <p class="muted">${say(`${name}.what`)}</p>
    ${groups}`;
}

function itemView(section, field, at) {
  const list = content[field.name];
  const [part] = field.parts;
  const groups = groupsOf(part, `${field.name}[${at}]`, form).filter(({ fields }) => fields.length);
  const turn = (step) => {
    const next = list[at + step];
    if (!next) return nothing;
    const words = say(step < 0 ? "editing.previous" : "editing.next", { name: nameOf(next) });
    return html`<a href=${address(section.key, field.name, next[field.key])}>${words}</a>`;
  };
  return html`<p>
      <a href=${address(section.key)}>← ${say(`editing.section.${page.kind}.${section.key}`)}</a>
    </p>
    <h2 tabindex="-1"><bdi>${nameOf(list[at])}</bdi></h2>
    <div data-place=${`${field.name}[${at}]`}>
      ${groups.map((group) => card(part, group, form.fieldAt))}
      <div class="problems"></div>
    </div>
    <nav class="turn" aria-label=${say("editing.others")}>${turn(-1)}${turn(1)}</nav>`;
}

function card(part, { key, is_folded, fields }, view) {
  const name = `editing.group.${part}.${key}`;
  const words = say.knows(name) ? say(name) : null;
  const inside = drawn(fields, view);
  if (!is_folded)
    return html`<section class="card">${words ? html`<h3>${words}</h3>` : nothing} ${inside}</section>`;
  const toggled = ({ target }) => (target.open ? unfolded.add(name) : unfolded.delete(name));
  return html`<details class="card" ?open=${unfolded.has(name)} @toggle=${toggled}>
    <summary>${words}</summary>
    ${inside}
  </details>`;
}

function drawPreview(target = get("[data-preview]").dataset.of) {
  const place = get("[data-preview]");
  place.dataset.of = target ?? "";
  place.hidden = target !== "menu";
  if (target === "menu") drawIn(place, menuPreview(form));
}

function listed(to) {
  if (to === "sites_there") return page.sites.map(({ slug, name }) => [slug, name]);
  if (to === "groups_there") return page.sites.find(({ slug }) => slug === content.site)?.groups ?? [];
  if (to === "halls_there")
    return page.halls.filter(({ slug }) => slug !== page.document).map(({ slug, name }) => [slug, name]);
  if (to === "services_there") return page.services_there.map(({ id, name }) => [id, name]);
  return (content[to] ?? []).filter((each) => !each.is_retired).map((each) => [each.id, nameOf(each)]);
}

async function publish(event) {
  event.preventDefault();
  await draft.flush();
  if (draft.isSaved) location.assign(event.target.closest("a").href);
}

/**
 * @param {string} state
 * @param {string} [detail]
 * @param {number | string} [at] an instant: milliseconds or RFC 3339
 */
function tellState(state, detail = "", at = Date.now()) {
  get("[data-saved]").dataset.saved = state;
  write("saved", say(`editing.saved.${state}`, { at: clock(at), detail }));
}

function tell(text) {
  write("outcome", text);
}
