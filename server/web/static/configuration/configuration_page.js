// One document of the configuration: its draft, the devices that run it, its revisions and rollback, export
// and import.

import { devicesTables, revisionLine } from "./configuration_view.js";
import { appliedOf, isAwaited, publishedWords, sorted } from "./configuration_words.js";
import { chosenIn, conflictParts, createConfirming, listOf } from "./confirming.js";
import { show, showRefusal, write } from "../shared/dom.js";
import { draw, html, nothing, repeat } from "../shared/drawing.js";
import { connect } from "../shared/live.js";
import { createPaced } from "../shared/paced_refetch.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { answerIn, csrfHeader, read, send, whyNotRead } from "../shared/verbs.js";

const AWAITED_EVERY_MS = 3000;
const READ_EVERY_MS = 20000;
const page = readJson("configuration-page");
const say = sayer(readJson("sentences"), page.language);
const API = `/api/v1/configuration/${encodeURIComponent(page.document)}`;
const moment = dateAndHour(page.language, pageTimeZone());
const words = { say, moment };
const get = (selector) => document.querySelector(selector);
const confirm = createConfirming(get("dialog.confirm"));
const readInTurn = inTurn(() => read(`${API}/devices`));
const devices = createPaced(readDevices, 1000);

let current = null;
/** @type {{ halls: Api.AppliedHall[] }} */
let applied = { halls: [] };
let next = null;
/** @type {Api.RevisionsAnswer["revisions"]} the newest first */
let revisions = [];

get("[data-publish]").addEventListener("click", publish);
get("[data-discard]").addEventListener("click", discard);
get("[data-import]").addEventListener("click", () => get("[data-file]").click());
get("[data-file]").addEventListener("change", importFile);
get("[data-more]").addEventListener("click", readOlder);
if (await readAll()) watch();

/** Keeps the devices current: by messages for a hall, by requests for the installation. */
function watch() {
  if (page.kind === "hall" && current.revision) {
    const messages = { "devices.changed": devices.soon, "configuration.changed": readAll };
    connect(
      "/agent",
      { hall: page.document, devices: true },
      { live: devices.soon, lost: () => {}, messages },
    );
  }
  setInterval(() => {
    const everyMs = isAwaited(applied.halls) ? AWAITED_EVERY_MS : READ_EVERY_MS;
    if (devices.ageMs() > everyMs) devices.soon();
  }, 1000);
}

/** Reads the document, its newest revisions and its devices; whether that could be done. */
async function readAll() {
  try {
    /** @type {[Api.DocumentAnswer, Api.RevisionsAnswer]} */
    const [found, newest] = await Promise.all([read(API), read(`${API}/revisions`)]);
    current = found;
    drawDocument();
    revisions = newest.revisions;
    drawRevisions(newest.next);
  } catch (error) {
    showRefusal(whyNotRead(error, say));
    return false;
  }
  await devices.now();
  return true;
}

async function readOlder() {
  /** @type {Api.RevisionsAnswer} */
  let older;
  try {
    older = await read(`${API}/revisions?before=${next}`);
  } catch (error) {
    return tell(answerIn(error)?.problem?.detail);
  }
  revisions = [...revisions, ...older.revisions];
  drawRevisions(older.next);
  get(`[data-revision="${older.revisions[0]?.revision}"] button`)?.focus();
}

function drawRevisions(before) {
  next = before;
  get("[data-more]").hidden = before === null;
  const line = (found) => revisionLine(found, { ...words, mayChange: current.may_change, restore });
  draw(
    get("[data-revisions]"),
    repeat(revisions, ({ revision }) => revision, line),
  );
}

async function readDevices() {
  try {
    const answer = await readInTurn();
    if (!answer) return;
    applied = answer;
    const { count, all } = appliedOf(applied.halls);
    write(
      "applied",
      all ? say("publishing.devices.applied", { count, all }) : say("publishing.devices.none"),
    );
    draw(get("[data-devices]"), devicesTables(applied.halls, words));
  } catch {
    // Not reachable: the shown state stays until the next read.
  }
}

function drawDocument() {
  const { draft, may_change: mayChange } = current;
  const name = page.kind === "installation" ? say("publishing.installation") : current.name;
  write("name", name);
  document.title = `${name} · ${document.title.split(" · ").at(-1)}`;
  write("published", publishedWords(current, words));
  show("[data-edit], [data-import]", mayChange);
  show("[data-export], [data-applied]", current.revision > 0);
  show("[data-draft]", Boolean(draft));
  if (draft) drawDraft(draft, mayChange);
  show("[data-loaded]", true);
  show("[data-refused]", false);
}

function drawDraft({ author, saved_at: at, base_revision: base, problems, changes }, mayChange) {
  write(
    "draft",
    say(base ? "publishing.draft.of" : "publishing.draft.new", {
      who: author ?? say("publishing.origin.browser"),
      at: moment(at),
      revision: base,
    }),
  );
  const { errors, warnings } = sorted(problems);
  draw(get("[data-draft-problems]"), [problemNotice("errors", errors), problemNotice("warnings", warnings)]);
  const content = changes.length
    ? html`<h3>${say("publishing.changes", { count: changes.length })}</h3>
        ${listOf(changes)}`
    : html`<p>${say("publishing.draft.same")}</p>`;
  draw(get("[data-draft-changes]"), content);
  for (const button of document.querySelectorAll(".draft .gestures > *")) button.hidden = !mayChange;
  get("[data-publish]").hidden = !mayChange || errors.length > 0;
}

function problemNotice(kind, problems) {
  if (!problems.length) return nothing;
  const line = ({ place, sentence }) =>
    html`<li>${place ? html`<b>${place} — </b>` : nothing}${sentence}</li>`;
  return html`<div class=${`notice ${kind === "errors" ? "alert" : ""}`}>
    <div>
      <p>${say(`publishing.${kind}`, { count: problems.length })}</p>
      <ul>${problems.map(line)}</ul>
    </div>
  </div>`;
}

/** Asks before a gesture: the keys of its sentences, what follows from it, values of the title. */
const confirmed = (/** @type {string[]} */ [title, yes], what, values = {}) =>
  confirm({ title: say(title, values), what, yes: say(yes) });

/** What is checked before a gesture is confirmed; with errors there is only « understood ». */
async function checked(/** @type {string[]} */ [title, yes], problems, rest, values) {
  const { errors, warnings } = sorted(problems);
  const what = [problemNotice("errors", errors), problemNotice("warnings", warnings), ...rest(errors)];
  const keys = [title, errors.length ? "publishing.understood" : yes];
  return (await confirmed(keys, what, values)) && !errors.length;
}

async function publish() {
  const { draft } = current;
  const what = [
    html`<p>${say("publishing.publish.what")}</p>`,
    problemNotice("warnings", sorted(draft.problems).warnings),
    listOf(draft.changes),
  ];
  if (!(await confirmed(["publishing.publish.title", "publishing.publish.yes"], what))) return;
  const answer = await sendTo("POST", "/publish", { draft_version: draft.version });
  if (answer.problem?.code === "stale_revision") await join(answer.problem, draft);
  else await done(answer, "publishing.published.now");
}

/** Another revision was published since the draft was begun: both are joined before anything is published. */
async function join(problem, draft) {
  const title = say("publishing.conflicts.title", {
    who: problem.author ?? say("publishing.origin.browser"),
  });
  const form = await confirm({
    title,
    what: conflictParts(problem, (key, values) => say(`publishing.conflicts.${key}`, values)),
    yes: say("publishing.conflicts.join"),
  });
  if (!form) return;
  const joining = { onto: problem.onto, choices: chosenIn(form, problem) };
  const body = {
    base_revision: draft.base_revision,
    draft_version: draft.version,
    content: draft.content,
    joining,
  };
  await done(await sendTo("PUT", "/draft", body), "publishing.conflicts.joined");
}

async function discard() {
  const { draft } = current;
  const what = [html`<p>${say("publishing.discard.what")}</p>`, listOf(draft.changes)];
  if (!(await confirmed(["publishing.discard.title", "publishing.discard.yes"], what))) return;
  await done(await sendTo("DELETE", `/draft?draft_version=${draft.version}`), "publishing.discarded");
}

async function restore(revision) {
  /** @type {Api.RevisionAnswer} */
  let found;
  try {
    found = await read(`${API}/revisions/${revision}`);
  } catch (error) {
    return tell(answerIn(error)?.problem?.detail);
  }
  const base = current.revision;
  const rest = () => [
    html`<p>${say("publishing.restore.what", { revision, next: base + 1 })}</p>`,
    listOf(found.changes_if_restored),
  ];
  const keys = ["publishing.restore.title", "publishing.restore.yes"];
  if (!(await checked(keys, found.problems_if_restored, rest, { revision }))) return undefined;
  const answer = await sendTo("POST", "/rollback", { revision, base_revision: base });
  return done(answer, "publishing.restored", { restored: revision });
}

async function importFile({ target }) {
  const [file] = target.files;
  if (!file) return;
  const text = await file.text();
  target.value = "";
  const dry = await sendTo("POST", "/import?dry_run=true", importOf(text));
  if (!dry.ok) return tell(dry.problem?.detail);
  const what = say(current.draft ? "publishing.import.over_draft" : "publishing.import.what");
  const rest = (errors) =>
    errors.length
      ? []
      : [html`<p>${what}</p>`, listOf(dry.body.changes) ?? html`<p>${say("publishing.draft.same")}</p>`];
  const keys = ["publishing.import.title", "publishing.import.yes"];
  if (!(await checked(keys, dry.body.problems, rest, { file: file.name }))) return;
  await done(await sendTo("POST", "/import", importOf(text)), "publishing.imported");
}

function importOf(text) {
  return {
    text,
    base_revision: current.draft?.base_revision ?? current.revision,
    draft_version: current.draft?.version ?? null,
  };
}

/** @param {unknown} [body] */
function sendTo(method, path, body) {
  return send({ method, path: `${API}${path}`, body, headers: csrfHeader() });
}

/**
 * Shows the outcome of a gesture and reads everything again: a refusal too means that something has changed.
 */
async function done({ ok, body, problem }, key, values = {}) {
  const refused = [
    problem?.detail ?? say("console.refused.no_answer"),
    ...(problem?.problems ?? []).map(({ sentence }) => sentence),
  ];
  await readAll();
  tell(ok ? say(key, { revision: body.revision, ...values }) : refused.join(" "), ok);
}

function tell(text, isGood = false) {
  get(".outcome").className = `notice outcome ${isGood ? "good" : "alert"}`;
  write("outcome", text ?? say("console.refused.no_answer"));
  get("h1").focus();
}
