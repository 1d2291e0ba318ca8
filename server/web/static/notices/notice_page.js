// The page of one notice: its words, where and when, what may be done with it, how it will look, its history.

import { element, setText, show, write } from "../shared/dom.js";
import { createForm } from "./notice_form.js";
import { cleaned } from "./notice_content.js";
import { dateAndHour, instantOf, pageTimeZone, typedOf } from "../shared/instants.js";
import { libraryMedia } from "./notice_medium.js";
import { historyItems, shownInWords } from "./notice_history.js";
import { createPreview } from "./notice_preview.js";
import { readJson, sayer } from "../shared/sentences.js";
import { answerIn, csrfHeader, read, send } from "../shared/verbs.js";

const page = readJson("notices-page");
const say = sayer(readJson("sentences"), page.language);
const get = (selector) => document.querySelector(selector);
const zone = pageTimeZone();
const instant = dateAndHour(page.language, zone);
const PRIMARY = ["submit", "approve", "publish"];
const MEANINGS = {
  publish: "published",
  withdraw: "withdrawn",
  submit: "submitted",
  approve: "approved",
  refuse: "refused",
  archive: "archived",
};

let notice = null; // as the server knows it; null: a new one
let isDirty = false;
let typed = ""; // the form as it was last looked at
let saved = ""; // and as the server has it
let isSending = false;

page.media = await libraryMedia();
const form = createForm(get("[data-form]"), { page, say, changed });
const preview = createPreview({ section: get("[data-preview]"), page, say });

get("[data-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
addEventListener("beforeunload", (event) => isDirty && event.preventDefault());
if (page.notice) refresh();
else begin();

function begin() {
  form.fill({ kind: page.kinds[0] }, { isFresh: true });
  keepSaved();
}

async function refresh() {
  try {
    /** @type {Api.NoticeDetailAnswer} */
    const answer = await read(`/api/v1/notices/${encodeURIComponent(page.notice)}`);
    notice = answer;
  } catch (error) {
    return refuse(answerIn(error)?.problem?.detail ?? say("console.refused.no_answer"));
  }
  form.fill(notice.content, { isFresh: true });
  keepSaved();
  return draw();
}

function typedNow() {
  return JSON.stringify(cleaned(form.read()));
}

function keepSaved() {
  isDirty = false;
  saved = typed = typedNow();
}

/** An editor also reports its own automatic corrections. */
function changed() {
  const now = typedNow();
  if (now === typed) return;
  typed = now;
  isDirty = now !== saved;
  form.clearProblems();
  drawVerbs();
}

function draw() {
  write("title", notice.title);
  document.title = `${notice.title} · ${document.title.split(" · ").at(-1)}`;
  const state = get("[data-state]");
  state.hidden = false;
  state.dataset.state = notice.state;
  setText(state, say(`notices.state.${notice.state}`));
  const refusal = [...notice.history].reverse().find(({ reason }) => reason);
  show("[data-reason]", notice.state === "refused" && Boolean(refusal));
  if (refusal) write("reason", say("notices.refused_because", { reason: refusal.reason }));
  show("[data-hidden]", notice.is_hidden);
  drawCorrection();
  form.disable(!notice.verbs.includes("edit"));
  get("#kind").disabled = true;
  show("[data-gestures]", true);
  const isShown = notice.state === "published";
  write("shown", isShown ? shownInWords(notice, { say, instant }) : "");
  get("#from").value = isShown ? typedOf(notice.from, Date.now(), zone) : "";
  get("#until").value = isShown ? typedOf(notice.until, Date.now(), zone) : "";
  drawVerbs();
  preview.show({ ...notice, targets: notice.content.targets });
  show("[data-history]", true);
  get('[data-list="history"]').replaceChildren(...historyItems(notice, { say, instant }));
}

/** The other of a notice and its correction: one leads to the other. */
function drawCorrection() {
  const isFollowed = Boolean(notice.correction);
  const isDone = (isFollowed ? notice : notice.corrects)?.state === "archived";
  const other = isFollowed ? notice.correction : notice.corrects;
  const key = isFollowed
    ? isDone
      ? "notices.replaced_by"
      : "notices.has_correction"
    : isDone
      ? "notices.has_replaced"
      : "notices.corrects";
  show("[data-corrects]", Boolean(other));
  // a correction begins when it is published: what it corrects goes then
  const isCorrection = Boolean(notice.corrects) && notice.corrects.state !== "archived";
  get("#from").closest(".field").hidden = isCorrection;
  if (!other) return;
  write("corrects", say(key));
  const link = get("[data-former]");
  link.href = `/affichage/message/${encodeURIComponent(other.notice)}`;
  setText(
    link,
    say("notices.correction_link", { title: other.title, state: say(`notices.state.${other.state}`) }),
  );
}

function drawVerbs() {
  if (!notice) return;
  const verbs = notice.verbs.filter((verb) => verb !== "edit" && !(verb === "correct" && notice.correction));
  show("[data-why]", verbs.includes("refuse"));
  show("[data-display]", verbs.includes("publish"));
  get('[data-list="verbs"]').replaceChildren(
    ...verbs.map((verb) => {
      const button = element(
        "button",
        { type: "button", class: PRIMARY.includes(verb) ? "primary" : null, disabled: isDirty },
        say(`notices.verb.${verb === "publish" && notice.state === "published" ? "publish_again" : verb}`),
      );
      button.addEventListener("click", () => act(verb));
      return button;
    }),
  );
  write("next", say(isDirty ? "notices.next.unsaved" : `notices.next.${notice.state}`));
}

async function save() {
  form.clearProblems();
  const content = cleaned(form.read());
  const request = notice
    ? {
        method: "PATCH",
        path: `/api/v1/notices/${notice.notice}`,
        body: { content, base_version: notice.version },
      }
    : { path: "/api/v1/notices", body: { content } };
  const answer = await attempt(request);
  if (!answer.ok) return;
  isDirty = false;
  page.notice = answer.body.notice;
  history.replaceState(null, "", `/affichage/message/${answer.body.notice}`);
  await refresh();
  tell(say("notices.saved", { version: answer.body.version }));
  get("main").focus();
}

async function act(verb) {
  const body = { version: notice.version };
  if (verb === "refuse") {
    body.reason = get("#why").value.trim();
    if (!body.reason) {
      refuse(say("notices.reason.needed"));
      return get("#why").focus();
    }
  }
  if (verb === "publish")
    Object.assign(body, {
      from: get("#from").closest(".field").hidden ? null : instantOf(get("#from").value, zone),
      until: instantOf(get("#until").value, zone),
    });
  const answer = await attempt({ path: `/api/v1/notices/${notice.notice}/${verb}`, body });
  if (!answer.ok) return undefined;
  get("#why").value = "";
  if (verb === "correct")
    return location.assign(`/affichage/message/${encodeURIComponent(answer.body.notice)}`);
  await refresh();
  tell(say(`notices.done.${MEANINGS[verb]}`));
  return get("main").focus();
}

/** @returns {Promise<import("../shared/verbs.js").Answer>} */
async function attempt(request) {
  if (isSending) return { ok: false, status: 0, body: null, problem: null };
  isSending = true;
  show("[data-refused]", false);
  tell("");
  const answer = await send(
    { ...request, headers: csrfHeader() },
    { onRepeat: () => tell(say("console.outcome.repeating")) },
  );
  isSending = false;
  if (!answer.ok) explain(answer);
  return answer;
}

function explain({ status, problem }) {
  if (status === 0) return refuse(say("console.refused.no_answer"));
  if (problem?.code !== "document_refused") return refuse(problem?.detail ?? say("console.refused.unknown"));
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
