// The page of one notice: where, what and when, how it will look while it is typed, and its presses.

import { byId, one, setText, show, write } from "../shared/dom.js";
import { drawList, drawRows, html, nothing } from "../shared/drawing.js";
import { createNoticeDraft } from "./notice_draft.js";
import { createCaptions } from "./notice_captions.js";
import { createForm } from "./notice_form.js";
import { createUndo } from "./notice_undo.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { libraryMedia } from "./notice_medium.js";
import { historyItems, shownInWords } from "./notice_history.js";
import { createPreview } from "./notice_preview.js";
import { isEditable, pressesOf, stateOf } from "./notice_content.js";
import { dayPages, mayPublish, targetsInWords } from "./notice_targets.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, oneAtATime, read, send, whyNotDone, whyNotRead } from "../shared/verbs.js";

const NOTICES = "/api/v1/notices";
const page = readJson("notices-page");
const say = sayer(readJson("sentences"), page.language);
const instant = dateAndHour(page.language, pageTimeZone());
const hour = new Intl.DateTimeFormat(page.language, { timeStyle: "short", hourCycle: "h23" });
const copied = new URLSearchParams(location.search).get("copie");
const formElement = /** @type {HTMLFormElement} */ (one("[data-form]"));

let notice = null; // as the server knows it; null: a new one
let isDirty = false;
let typed = ""; // the form as it was last looked at
let saved = ""; // and as the server has it

page.media = await libraryMedia();
const form = createForm(formElement, { page, say, changed });
const screens = createPreview({
  section: one("[data-preview]"),
  page,
  say,
  hour: (at) => hour.format(at),
});
const captions = createCaptions(one("[data-captions]"), { say });
const preview = {
  show(content, how = {}) {
    screens.show(content, how);
    captions.show(content);
  },
};
const undo = createUndo("");
const draft = createNoticeDraft({
  page,
  say,
  instant,
  version: () => notice?.version ?? 0,
  takeUp,
  giveUp,
  refuse,
});

// nothing is published by a key in a field
formElement.addEventListener("submit", (event) => event.preventDefault());
formElement.addEventListener("change", () => preview.show(form.valid(), { isNow: true }));
formElement.addEventListener("keydown", undoByKey, { capture: true });
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  if (presses().includes("save")) act("save");
});
if (page.notice) refresh({ isFirst: true });
else begin();

async function begin() {
  /** @type {Record<string, any>} */
  let content = { kind: page.kinds[0], targets: { everywhere: false } };
  if (copied)
    try {
      /** @type {Api.NoticeDetailAnswer} */
      const former = await read(`${NOTICES}/${encodeURIComponent(copied)}`);
      content = { ...former.content, validity: {} };
      tell(say("notices.copied"));
    } catch (error) {
      refuse(whyNotRead(error, say));
    }
  form.fill(content, { isFresh: true });
  keepSaved();
  // a copy is worth keeping as it is
  if (copied) saved = "";
  isDirty = Boolean(copied);
  if (!copied) await draft.offer();
  drawPresses();
  preview.show(form.valid(), { isNow: true });
  show("[data-gestures]", true);
}

async function refresh({ isFirst = false } = {}) {
  try {
    /** @type {Api.NoticeDetailAnswer} */
    const answer = await read(`${NOTICES}/${encodeURIComponent(page.notice)}`);
    notice = answer;
  } catch (error) {
    return refuse(whyNotRead(error, say));
  }
  form.fill(notice.content, { isFresh: true });
  keepSaved();
  if (isFirst && isEditable(notice)) await draft.offer();
  return draw();
}

function typedNow() {
  return JSON.stringify(form.valid());
}

function keepSaved() {
  isDirty = false;
  saved = typed = typedNow();
  undo.begin(typed);
  draft.begin(JSON.parse(typed));
}

/** An editor also reports its own automatic corrections. */
function changed() {
  const now = typedNow();
  if (now === typed) return;
  typed = now;
  isDirty = now !== saved;
  undo.note(now, performance.now());
  form.clearProblems();
  drawPresses();
  preview.show(JSON.parse(now));
  draft.edited(JSON.parse(now));
}

/** Fills the form with a content, as if it was typed. */
function retype(content) {
  form.fill(content, { isFresh: true });
  typed = typedNow();
  isDirty = typed !== saved;
  drawPresses();
  preview.show(JSON.parse(typed));
}

/** What was typed before, in the form again; the content as it is read there. */
function takeUp(content) {
  retype(content);
  undo.note(typed, 0);
  return JSON.parse(typed);
}

function giveUp() {
  retype(JSON.parse(saved));
  keepSaved();
}

function undoByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const isForth = key === "y" || (key === "z" && event.shiftKey);
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  event.stopPropagation();
  const state = isForth ? undo.forth() : undo.back();
  if (state === null) return;
  const { id, dataset } =
    document.activeElement instanceof HTMLElement ? document.activeElement : byId("kind");
  retype(JSON.parse(state));
  draft.edited(JSON.parse(typed));
  const place = dataset.item
    ? formElement.querySelector(`[data-item="${CSS.escape(dataset.item)}"]`)
    : document.getElementById(id);
  /** @type {HTMLElement | null} */ (place)?.focus();
  if (!place?.hasAttribute("contenteditable")) return;
  getSelection()?.selectAllChildren(place);
  getSelection()?.collapseToEnd();
}

function draw() {
  write("title", notice.title);
  document.title = `${notice.title} · ${document.title.split(" · ").at(-1)}`;
  const place = one("[data-state]");
  const state = stateOf(notice, instant);
  place.hidden = false;
  place.dataset.state = state.name;
  setText(place, say(...state.words));
  drawUnread(notice.unread_feed);
  const refusal = [...notice.history].reverse().find(({ reason }) => reason);
  show("[data-reason]", notice.state === "refused" && Boolean(refusal));
  if (refusal) write("reason", say("notices.refused_because", { reason: refusal.reason }));
  show("[data-hidden]", notice.is_hidden);
  drawCorrection();
  form.disable(!isEditable(notice));
  /** @type {HTMLSelectElement} */ (byId("kind")).disabled = true;
  show("[data-gestures]", true);
  write("shown", notice.state === "published" ? shownInWords(notice, { say, instant }) : "");
  drawDays();
  drawPresses();
  preview.show(form.valid(), { isNow: true });
  show("[data-history]", true);
  drawList("history", historyItems(notice, { say, instant }));
  /** @type {HTMLAnchorElement} */ (one("[data-copy-link]")).href =
    `/affichage/message?copie=${encodeURIComponent(notice.notice)}`;
  show("[data-copy]", true);
}

/** Where it was published it says that its feed cannot be read, and what screens show. */
function drawUnread(feed) {
  show("[data-unread]", Boolean(feed));
  if (!feed) return;
  const why = say(`refusal.${feed.failure}`);
  const at = feed.read_at && instant(feed.read_at);
  write("unread", say(at ? "notices.feed_unread" : "notices.feed_never_read", { at, why }));
}

/** Where the screens of the notice can be looked at, hour by hour. */
function drawDays() {
  const today = new Date().toLocaleDateString("sv", { timeZone: pageTimeZone() }); // YYYY-MM-DD
  const places = page.halls.filter(({ may_preview: may }) => may);
  const link = ({ href, name }) =>
    html`<li><a href=${href}>${name ? say("notices.day_in", { hall: name }) : say("notices.day")}</a></li>`;
  drawList("days", dayPages(notice.content, places, today).map(link));
}

/** The other of a notice and its correction: one leads to the other. */
function drawCorrection() {
  const isFollowed = Boolean(notice.correction);
  const isDone = (isFollowed ? notice : notice.corrects)?.state === "archived";
  const other = isFollowed ? notice.correction : notice.corrects;
  const [now, done] = isFollowed ? ["has_correction", "replaced_by"] : ["corrects", "has_replaced"];
  show("[data-corrects]", Boolean(other));
  if (!other) return;
  write("corrects", say(`notices.${isDone ? done : now}`));
  const link = /** @type {HTMLAnchorElement} */ (one("[data-former]"));
  link.href = `/affichage/message/${encodeURIComponent(other.notice)}`;
  setText(
    link,
    say("notices.correction_link", { title: other.title, state: say(`notices.state.${other.state}`) }),
  );
}

function presses() {
  return pressesOf(notice, { isDirty, mayPublish: mayPublish(form.read().targets, page.halls) });
}

function drawPresses() {
  const offered = presses();
  show("[data-why]", offered.includes("refuse"));
  const button = (press, at) =>
    html`<button type="button" data-press=${press} class=${at === 0 ? "primary" : nothing}
      @click=${() => act(press)}>
      ${say(`notices.press.${press}`)}
    </button>`;
  drawRows("verbs", offered, String, button);
  const key = notice ? notice.state : "new";
  const first = offered[0] === "propose" ? "propose" : key;
  write("next", say(`notices.next.${first}`));
}

/** The request of a press; what is typed goes with it where it may be changed. */
function requestOf(press) {
  const content = isEditable(notice) ? { content: form.valid() } : {};
  if (!notice) return { path: press === "save" ? NOTICES : `${NOTICES}/${press}`, body: content };
  const path = `${NOTICES}/${encodeURIComponent(notice.notice)}`;
  const { version, state } = notice;
  if (press === "save") return { method: "PATCH", path, body: { ...content, base_version: version } };
  if (press === "publish") return { path: `${path}/put-on-screens`, body: { ...content, version, state } };
  if (press === "propose") return { path: `${path}/propose`, body: { ...content, version, state } };
  const reason = press === "refuse" ? { reason: why().value.trim() } : {};
  return { path: `${path}/${press.replace("_", "-")}`, body: { version, state, ...reason } };
}

const why = () => /** @type {HTMLTextAreaElement} */ (byId("why"));

async function act(press) {
  form.clearProblems();
  if (press === "refuse" && !why().value.trim()) {
    refuse(say("notices.reason.needed"));
    return why().focus();
  }
  if (["save", "publish", "propose"].includes(press)) {
    const lacking = await form.settle();
    if (lacking) return refuse(lacking);
  }
  const where = targetsInWords(form.read().targets, page.halls, { say, language: page.language });
  await draft.pause();
  const answer = await attempt(requestOf(press));
  if (!answer.ok) {
    if (isDirty) draft.edited();
    if (answer.problem?.code === "notice_moved") await refresh();
    return undefined;
  }
  if (press !== "correct") await draft.end(answer.body.notice);
  isDirty = false;
  why().value = "";
  if (press === "correct")
    return location.assign(`/affichage/message/${encodeURIComponent(answer.body.notice)}`);
  page.notice = answer.body.notice;
  history.replaceState(null, "", `/affichage/message/${answer.body.notice}`);
  await refresh();
  tell(say(`notices.done.${press}`, { version: answer.body.version, where }));
  write(
    "kept",
    press === "save"
      ? say("notices.kept.saved", { at: hour.format(new Date()), version: answer.body.version })
      : "",
  );
  return one("main").focus();
}

const attempt = oneAtATime(async (request) => {
  show("[data-refused]", false);
  tell("");
  const answer = await send(
    { ...request, headers: csrfHeader() },
    { onRepeat: () => tell(say("console.outcome.repeating")) },
  );
  if (!answer.ok) explain(answer);
  return answer;
});

function explain(answer) {
  const { status, problem } = answer;
  if (status === 0) return refuse(`${say("console.refused.no_answer")} ${say("notices.kept.nothing_lost")}`);
  if (problem?.code !== "document_refused") return refuse(whyNotDone(answer, say));
  const left = form.showProblems(problem.problems);
  return refuse([say("notices.problems", { count: problem.problems.length }), ...left].join(" "));
}

function refuse(text) {
  write("refused", text);
  show("[data-refused]", true);
}

function tell(text) {
  write("outcome", text);
}
