// The media library: a file is sent with its progress shown, prepared by the server, described, and removed.

import { byId, one, show, write } from "../shared/dom.js";
import { draw as drawIn, drawRows, html } from "../shared/drawing.js";
import { localeOf } from "../shared/instants.js";
import { mediumCard } from "./media_view.js";
import { createSendings } from "./media_sendings.js";
import {
  address,
  isSearch,
  preparing,
  replacementOf,
  sizeWords,
  tagsOf,
  textProblem,
  textsOf,
  titleOf,
  withMedium,
} from "./media_state.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createTurns } from "../shared/turns.js";
import { acceptDrops } from "../shared/uploads.js";
import { csrfHeader, read, send, uuid } from "../shared/verbs.js";

const MEDIA = "/api/v1/media";
const LOOK_EVERY_MS = 1000;
const MOST_NAMED = 3; // of the chosen files
const TYPED_FOR_MS = 300;
const LARGEST_CAPTIONS_BYTES = 100_000;
const page = readJson("media-page");
const say = sayer(readJson("sentences"), page.language);
const list = one('[data-list="media"]');
/** @type {HTMLFormElement} */
const form = one("[data-send]");
/** @type {HTMLFormElement} */
const search = one("[data-search]");
/** @type {Api.MediumAnswer[]} */
let media = [];
let next = null;
/** @type {string[]} */
let tags = [];
let searching = 0;
/** @type {Map<string, any>} by medium: what this page keeps of its card */
const kept = new Map();
const turns = createTurns(); // of lists, which gestures overtake
const acts = {
  describe,
  catalogue,
  caption,
  sendCaptions,
  remove,
  askRemoval,
  readUses,
  replace,
  chooseOther: (medium, by) => keep(medium, { by }),
};
const sendings = createSendings(one('[data-list="sendings"]'), {
  address: MEDIA,
  mediaBytes: page.media_bytes,
  say,
  tell,
  sent({ medium }) {
    turns.overtake();
    refresh(medium);
  },
  drop,
  after: () => byId("list-title").focus(),
});

form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  upload(form.elements.file.files);
});
form.elements.file.addEventListener("change", tellChosen);
form.addEventListener("reset", () => setTimeout(tellChosen));
acceptDrops(one(".sending"), (files) => {
  form.elements.file.files = files;
  tellChosen();
  one("[data-do]").focus();
});
one("[data-more]").addEventListener("click", () => readList(next));
search.addEventListener("input", ({ target }) => searchIn(target === search.elements.q ? TYPED_FOR_MS : 0));
search.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  searchIn(0);
});
readList();
setInterval(() => document.hidden || preparing(media).forEach(refresh), LOOK_EVERY_MS);

function tell(words) {
  write("status", words);
}

/** The browser says it in its own language, which may be another than the page's. */
function tellChosen() {
  const names = [...form.elements.file.files].map(({ name }) => name);
  const words =
    names.length > MOST_NAMED ? say("media.send.chosen", { count: names.length }) : names.join(", ");
  write("chosen", words || say("media.send.none"));
}

function upload(files) {
  if (!files.length) return;
  const site = form.elements.site?.value;
  sendings.add([...files], site);
  form.reset();
  if (site) form.elements.site.value = site; // the next file is often of the same site
}

function searchIn(ms) {
  clearTimeout(searching);
  searching = window.setTimeout(readList, ms);
}

function searched() {
  const { q, site, kind, tag } = search.elements;
  return { q: q.value.trim(), site: site?.value ?? "", kind: kind.value, tag: tag.value };
}

const cardOf = (medium) => one(`[data-medium="${medium}"]`, list);

/** Removes a file that was in the library already; why it could not, or "". */
async function drop(medium, same) {
  const why = await deleted(medium);
  if (why) return why;
  await refresh(same);
  tell(say("media.same.dropped"));
  const left = list.querySelector(`[data-medium="${same}"] a`);
  (left ?? byId("list-title")).focus();
  return "";
}

/** Deletes a medium of this list; why it could not, or "". */
async function deleted(medium) {
  const answer = await send({ method: "DELETE", path: `${MEDIA}/${medium}`, headers: csrfHeader() });
  if (!answer.ok && answer.status !== 404) return answer.problem?.detail ?? say("media.send.lost");
  turns.overtake();
  media = media.filter((each) => each.medium !== medium);
  return "";
}

async function readList(before = null) {
  const turn = turns.begin();
  try {
    const query = searched();
    /** @type {Api.MediaAnswer} */
    const found = await read(address(MEDIA, { ...query, before }));
    if (JSON.stringify(query) !== JSON.stringify(searched())) return; // a newer search is under way
    if (!turns.shows(turn)) return readList(before); // a gesture has changed the library meanwhile
    media = before ? [...media, ...found.media] : found.media;
    ({ next, tags } = found);
    write("room", found.folders.map(folderWords).join(" · "));
    show("[data-unread]", false);
    draw();
  } catch {
    show("[data-unread]", true);
  }
}

/** How much room a folder takes: « Laon : 12,5 Mo sur 10 Go ». */
function folderWords({ site, bytes, quota_bytes: quota }) {
  const number = new Intl.NumberFormat(localeOf(page.language));
  const sized = (size) => {
    const { unit, value } = sizeWords(size);
    return say(`media.room.${unit}`, { value: number.format(value) });
  };
  const named = site ? (page.site_names[site] ?? site) : say("media.every_site");
  return say("media.room", { site: named, used: sized(bytes), quota: sized(quota) });
}

async function refresh(id) {
  try {
    /** @type {Api.MediumAnswer} */
    const medium = await read(`${MEDIA}/${id}`);
    const before = media.find((each) => each.medium === id)?.state;
    media = withMedium(media, medium);
    if (medium.state !== "preparing") sendings.prepared(medium);
    if (before === "preparing" && medium.state !== before)
      tell(medium.refusal?.detail ?? say("media.state.ready"));
    draw();
  } catch {
    // Not reachable, or removed meanwhile: the next check asks again, and a new list leaves it out.
  }
}

/** What a gesture made of a medium; `done` says so, and the part of its card that has the focus then. */
function takeChanged(medium, done, part) {
  turns.overtake();
  media = withMedium(media, medium);
  draw();
  tell(done);
  one(part, cardOf(medium.medium)).focus();
}

/** Keeps something of the card of a medium, and draws it. */
function keep({ medium }, values) {
  Object.assign(kept.get(medium), values);
  draw();
}

function draw() {
  const isSearching = isSearch(searched());
  show("[data-none]", media.length === 0 && !isSearching);
  show("[data-not-found]", media.length === 0 && isSearching);
  show("[data-more]", next !== null);
  drawTags();
  drawRows("media", media, ({ medium }) => medium, cardView);
}

function cardView(medium) {
  if (!kept.has(medium.medium)) kept.set(medium.medium, {});
  return mediumCard(medium, kept.get(medium.medium), { say, page, acts, fitting });
}

/** Offers the tags there are; the chosen one stays. */
function drawTags() {
  const { tag } = search.elements;
  const former = tag.value;
  const offered = former && !tags.includes(former) ? [former, ...tags] : tags;
  drawIn(
    tag,
    offered.map((each) => html`<option value=${each}>${each}</option>`),
  );
  tag.value = former;
}

/** The media that may take the place of one: of its kind, ready, described. */
function fitting({ medium, kind }) {
  return media.filter(
    (each) =>
      each.medium !== medium &&
      each.kind === kind &&
      each.state === "ready" &&
      each.texts.fr &&
      each.expiry !== "over",
  );
}

/** Sends a change of a medium; why it failed is kept as `name`, and `failed` has the focus then. */
async function changed(medium, request, { name, failed = /** @type {any} */ (null) }) {
  const answer = await send({ ...request, headers: csrfHeader() });
  const problem = answer.problem?.problems?.[0]?.detail ?? answer.problem?.detail ?? say("media.send.lost");
  keep(medium, { [name]: answer.ok ? "" : problem });
  if (!answer.ok) failed?.focus();
  return answer.ok ? answer.body : null;
}

async function describe(event, medium) {
  event.preventDefault();
  const texts = textsOf(Object.fromEntries(new FormData(event.target)));
  const key = textProblem(texts);
  keep(medium, { problem: key ? say(key) : "" });
  if (key) return event.target.elements.fr.focus();
  const request = { method: "PATCH", path: `${MEDIA}/${medium.medium}`, body: { texts } };
  const body = await changed(medium, request, { name: "problem" });
  if (body) takeChanged(body, say("media.text.kept"), "[data-keep]");
}

async function catalogue(event, medium) {
  event.preventDefault();
  const { elements } = event.target;
  const { tags: noted, until, ...typed } = Object.fromEntries(new FormData(event.target));
  const body = { ...typed, tags: tagsOf(noted), until: until || null };
  const request = { method: "PUT", path: `${MEDIA}/${medium.medium}/details`, body };
  const failed = elements.namedItem("name");
  const made = await changed(medium, request, { name: "detailsProblem", failed });
  if (made) takeChanged(made, say("media.details.kept", { name: titleOf(made, "") }), "[data-keep-details]");
}

function sendCaptions(event, medium) {
  event.preventDefault();
  const { language, file } = event.target.elements;
  const [chosen] = file.files ?? [];
  const isTooLarge = chosen?.size > LARGEST_CAPTIONS_BYTES;
  if (chosen && !isTooLarge) return caption(medium, language.value, chosen);
  return keep(medium, {
    captionsProblem: say(isTooLarge ? "media.captions.too_large" : "media.captions.missing"),
  });
}

/** Sends the captions of a film in a language, or takes them away (`file` null). */
async function caption(medium, language, file) {
  const lost = (detail) => keep(medium, { captionsProblem: detail ?? say("media.send.lost") });
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
    keep(medium, { captionsProblem: "" });
    takeChanged(
      found,
      say(file ? "media.captions.kept" : "media.captions.removed"),
      "[data-captions] summary",
    );
    if (file) /** @type {any} */ (one("[data-captions] form", cardOf(medium.medium))).reset();
  } catch {
    lost();
  }
}

function askRemoval(medium, isSure) {
  keep(medium, { isSure });
  one(isSure ? ".sure .keep" : ".removal > button", cardOf(medium.medium)).focus();
}

async function remove(medium) {
  const problem = await deleted(medium.medium);
  keep(medium, { problem });
  if (problem) return;
  tell(say("media.remove.done"));
  byId("list-title").focus();
}

async function readUses(medium) {
  try {
    /** @type {Api.MediumUsesAnswer} */
    const uses = await read(`${MEDIA}/${medium.medium}/uses`);
    keep(medium, { uses, isUnread: false });
  } catch {
    keep(medium, { uses: null, isUnread: true });
  }
}

async function replace(event, medium) {
  event.preventDefault();
  const { by, uses } = kept.get(medium.medium);
  keep(medium, { isReplacing: true });
  const body = { by, notices: replacementOf(uses.notices).notices };
  const request = { path: `${MEDIA}/${medium.medium}/replace`, body };
  const made = await changed(medium, request, { name: "replaceProblem" });
  keep(medium, { isReplacing: false });
  if (!made) return;
  await readUses(medium);
  tell(say("media.replace.done", { count: made.notices.length }));
  /** @type {HTMLElement | undefined} */
  const summary =
    one("[data-uses]", cardOf(medium.medium)).closest("details")?.querySelector("summary") ?? undefined;
  summary?.focus();
}
