// One document of the configuration: its draft, the devices that run it, its revisions and rollback, export
// and import.

import { drawDevices } from "./configuration_devices.js";
import { revisionLine } from "./configuration_revisions.js";
import { isAwaited, publishedWords, sorted } from "./configuration_words.js";
import { createConfirming, listOf } from "../shared/confirming.js";
import { element, show, write } from "../shared/dom.js";
import { chosenIn, conflictNodes } from "./draft_conflicts.js";
import { connect } from "../shared/live.js";
import { createPaced } from "../shared/paced_refetch.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { answerIn, csrfHeader, read, send } from "../shared/verbs.js";

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
    const [found, revisions] = await Promise.all([read(API), read(`${API}/revisions`)]);
    current = found;
    drawDocument();
    get("[data-revisions]").replaceChildren(...revisions.revisions.map(line));
    tellNext(revisions.next);
  } catch (error) {
    refuse(answerIn(error)?.problem);
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
  get("[data-revisions]").append(...older.revisions.map(line));
  tellNext(older.next);
  get(`[data-revision="${older.revisions[0]?.revision}"] button`)?.focus();
}

function tellNext(before) {
  next = before;
  get("[data-more]").hidden = before === null;
}

async function readDevices() {
  try {
    const answer = await readInTurn();
    if (!answer) return;
    applied = answer;
    drawDevices(get("[data-devices]"), applied, words);
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
  get("[data-draft-problems]").replaceChildren(
    ...problemNodes("errors", errors),
    ...problemNodes("warnings", warnings),
  );
  const content = changes.length
    ? [element("h3", {}, say("publishing.changes", { count: changes.length })), listOf(changes)]
    : [element("p", {}, say("publishing.draft.same"))];
  get("[data-draft-changes]").replaceChildren(...content);
  for (const button of document.querySelectorAll(".draft .gestures > *")) button.hidden = !mayChange;
  get("[data-publish]").hidden = !mayChange || errors.length > 0;
}

function problemNodes(kind, problems) {
  if (!problems.length) return [];
  const lines = problems.map(({ place, sentence }) =>
    element("li", {}, place ? element("b", {}, `${place} — `) : null, sentence),
  );
  return [
    element(
      "div",
      { class: `notice ${kind === "errors" ? "alert" : ""}` },
      element(
        "div",
        {},
        element("p", {}, say(`publishing.${kind}`, { count: problems.length })),
        element("ul", {}, ...lines),
      ),
    ),
  ];
}

function line(found) {
  return revisionLine(found, { ...words, mayChange: current.may_change, restore });
}

async function publish() {
  const { draft } = current;
  const what = [
    element("p", {}, say("publishing.publish.what")),
    ...problemNodes("warnings", sorted(draft.problems).warnings),
    listOf(draft.changes),
  ];
  if (
    !(await confirm({
      title: say("publishing.publish.title"),
      what: what.filter(Boolean),
      yes: say("publishing.publish.yes"),
    }))
  )
    return;
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
    what: conflictNodes(problem, (key, values) => say(`publishing.conflicts.${key}`, values)),
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
  const what = [element("p", {}, say("publishing.discard.what")), listOf(draft.changes)];
  if (
    !(await confirm({
      title: say("publishing.discard.title"),
      what: what.filter(Boolean),
      yes: say("publishing.discard.yes"),
    }))
  )
    return;
  await done(
    await send({
      method: "DELETE",
      path: `${API}/draft?draft_version=${draft.version}`,
      headers: csrfHeader(),
    }),
    "publishing.discarded",
  );
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
  const { errors, warnings } = sorted(found.problems_if_restored);
  const what = [
    ...problemNodes("errors", errors),
    ...problemNodes("warnings", warnings),
    element("p", {}, say("publishing.restore.what", { revision, next: base + 1 })),
    listOf(found.changes_if_restored),
  ];
  const yes = errors.length ? say("publishing.understood") : say("publishing.restore.yes");
  if (
    !(await confirm({
      title: say("publishing.restore.title", { revision }),
      what: what.filter(Boolean),
      yes,
    })) ||
    errors.length
  )
    return undefined;
  return done(await sendTo("POST", "/rollback", { revision, base_revision: base }), "publishing.restored", {
    restored: revision,
  });
}

async function importFile({ target }) {
  const [file] = target.files;
  if (!file) return;
  const text = await file.text();
  target.value = "";
  const dry = await sendTo("POST", "/import?dry_run=true", importOf(text));
  if (!dry.ok) {
    tell(dry.problem?.detail);
    return;
  }
  const { errors, warnings } = sorted(dry.body.problems);
  const content = listOf(dry.body.changes) ?? element("p", {}, say("publishing.draft.same"));
  const what = [
    ...problemNodes("errors", errors),
    ...problemNodes("warnings", warnings),
    ...(errors.length
      ? []
      : [
          element("p", {}, say(current.draft ? "publishing.import.over_draft" : "publishing.import.what")),
          content,
        ]),
  ];
  const yes = errors.length ? say("publishing.understood") : say("publishing.import.yes");
  if (
    !(await confirm({ title: say("publishing.import.title", { file: file.name }), what, yes })) ||
    errors.length
  )
    return;
  await done(await sendTo("POST", "/import", importOf(text)), "publishing.imported");
}

function importOf(text) {
  return {
    text,
    base_revision: current.draft?.base_revision ?? current.revision,
    draft_version: current.draft?.version ?? null,
  };
}

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

function refuse(problem) {
  write("refused", problem?.detail ?? say("console.refused.no_answer"));
  show("[data-refused]", true);
}
