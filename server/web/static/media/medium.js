// One medium of the library: its description, details and captions, and where it is used.

import { one, show, write } from "../shared/dom.js";
import { drawList } from "../shared/drawing.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, read, send, uuid } from "../shared/verbs.js";
import { address, replacementOf, tagsOf, textProblem, textsOf } from "./media_state.js";
import { mediumCard } from "./media_view.js";

const MEDIA = "/api/v1/media";
const LOOK_EVERY_MS = 1000;
const LARGEST_CAPTIONS_BYTES = 100_000;
const page = readJson("media-page");
const say = sayer(readJson("sentences"), page.language);
/** @type {Api.MediumAnswer | null} */
let subject = null;
/** @type {Api.MediumAnswer[]} those that may take its place */
let others = [];
const kept = /** @type {any} */ ({}); // what this page keeps of the card
const acts = {
  describe,
  catalogue,
  caption,
  sendCaptions,
  readUses,
  replace,
  chooseOther: (_, by) => keep({ by }),
};
readMedium();
setInterval(() => document.hidden || (subject?.state === "preparing" && readMedium()), LOOK_EVERY_MS);

async function readMedium() {
  try {
    const before = subject?.state;
    subject = await read(`${MEDIA}/${page.medium}`);
    if (before && before !== subject?.state) location.reload(); // its kind and size are the server's words
    draw();
  } catch {
    show("[data-unread]", true);
  }
}

/** What a gesture made of the medium; `done` says so, and the part of its card that has the focus then. */
function takeChanged(medium, done, part) {
  subject = medium;
  draw();
  write("status", done);
  one(part).focus();
}

/** Keeps something of the card, and draws it. */
function keep(values) {
  Object.assign(kept, values);
  draw();
}

function draw() {
  if (!subject) return;
  if (subject.name) write("title", subject.name);
  drawList("medium", mediumCard(subject, kept, { say, page, acts, others }));
}

/** Sends a change of a medium; why it failed is kept as `name`, and `failed` has the focus then. */
async function changed(request, { name, failed = /** @type {any} */ (null) }) {
  const answer = await send({ ...request, headers: csrfHeader() });
  const problem = answer.problem?.problems?.[0]?.detail ?? answer.problem?.detail ?? say("media.send.lost");
  keep({ [name]: answer.ok ? "" : problem });
  if (!answer.ok) failed?.focus();
  return answer.ok ? answer.body : null;
}

async function describe(event, medium) {
  event.preventDefault();
  const texts = textsOf(Object.fromEntries(new FormData(event.target)));
  const key = textProblem(texts);
  keep({ problem: key ? say(key) : "" });
  if (key) return event.target.elements.fr.focus();
  const request = { method: "PATCH", path: `${MEDIA}/${medium.medium}`, body: { texts } };
  const body = await changed(request, { name: "problem" });
  if (body) takeChanged(body, say("media.text.kept"), "[data-keep]");
}

async function catalogue(event, medium) {
  event.preventDefault();
  const { elements } = event.target;
  const { tags: noted, until, ...typed } = Object.fromEntries(new FormData(event.target));
  const body = { ...typed, tags: tagsOf(noted), until: until || null };
  const request = { method: "PUT", path: `${MEDIA}/${medium.medium}/details`, body };
  const failed = elements.namedItem("name");
  const made = await changed(request, { name: "detailsProblem", failed });
  if (made) takeChanged(made, say("media.details.kept", { name: made.name }), "[data-keep-details]");
}

function sendCaptions(event, medium) {
  event.preventDefault();
  const { language, file } = event.target.elements;
  const [chosen] = file.files ?? [];
  const isTooLarge = chosen?.size > LARGEST_CAPTIONS_BYTES;
  if (chosen && !isTooLarge) return caption(medium, language.value, chosen);
  return keep({
    captionsProblem: say(isTooLarge ? "media.captions.too_large" : "media.captions.missing"),
  });
}

/** Sends the captions of a film in a language, or takes them away (`file` null). */
async function caption(medium, language, file) {
  const lost = (detail) => keep({ captionsProblem: detail ?? say("media.send.lost") });
  try {
    const answer = await fetch(`${MEDIA}/${medium.medium}/captions/${language}`, {
      method: file ? "PUT" : "DELETE",
      headers: {
        Accept: "application/json",
        "Idempotency-Key": uuid(),
        ...(file && { "Content-Type": "text/vtt" }),
        ...csrfHeader(),
      },
      body: file,
    });
    const found = await answer.json();
    if (!answer.ok) return lost(found.detail);
    keep({ captionsProblem: "" });
    takeChanged(
      found,
      say(file ? "media.captions.kept" : "media.captions.removed"),
      "[data-captions] summary",
    );
    if (file) /** @type {any} */ (one("[data-captions] form")).reset();
  } catch {
    lost();
  }
}

/** Where it is used, and what may take its place: of its kind, ready, described. */
async function readUses({ medium, kind }) {
  try {
    /** @type {Api.MediumUsesAnswer} */
    const uses = await read(`${MEDIA}/${medium}/uses`);
    /** @type {Api.MediaAnswer} */
    const found = await read(address(MEDIA, { kind }));
    others = found.media.filter(
      (each) => each.medium !== medium && each.state === "ready" && each.texts.fr && each.expiry !== "over",
    );
    keep({ uses, isUnread: false });
  } catch {
    keep({ uses: null, isUnread: true });
  }
}

async function replace(event, medium) {
  event.preventDefault();
  const { by, uses } = kept;
  keep({ isReplacing: true });
  const body = { by, notices: replacementOf(uses.notices).notices };
  const made = await changed({ path: `${MEDIA}/${medium.medium}/replace`, body }, { name: "replaceProblem" });
  keep({ isReplacing: false });
  if (!made) return;
  await readUses(medium);
  write("status", say("media.replace.done", { count: made.notices.length }));
  one("[data-uses]").closest("details")?.querySelector("summary")?.focus();
}
