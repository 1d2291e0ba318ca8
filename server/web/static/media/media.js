// The media library: a file is sent with its progress shown, prepared by the server, described, and removed.

import { byId, element, one, setText, show, write } from "../shared/dom.js";
import { mediumCard } from "./media_view.js";
import { createSendings } from "./media_sendings.js";
import { createSearch, folderWords } from "./media_search.js";
import {
  address,
  isSearch,
  preparing,
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
const page = readJson("media-page");
const say = sayer(readJson("sentences"), page.language);
const list = one('[data-list="media"]');
/** @type {HTMLFormElement} */
const form = one("[data-send]");
/** @type {Api.MediumAnswer[]} */
let media = [];
let next = null;
const turns = createTurns(); // of lists, which gestures overtake
/** What the part « where used » of a card needs of this page. */
const used = {
  /** The media that may take the place of one: of its kind, ready, described. */
  fitting: (medium) =>
    media.filter(
      (each) =>
        each.medium !== medium.medium &&
        each.kind === medium.kind &&
        each.state === "ready" &&
        each.texts.fr &&
        each.expiry !== "over",
    ),
  done: (sentence) => write("status", sentence),
};
const sendings = createSendings(one('[data-list="sendings"]'), {
  address: MEDIA,
  mediaBytes: page.media_bytes,
  say,
  tell: (words) => write("status", words),
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
  /** @type {HTMLElement} */ (one("[data-do]")).focus();
});
one("[data-more]").addEventListener("click", () => readList(next));
const search = createSearch(one("[data-search]"), () => readList());
readList();
setInterval(checkPreparing, LOOK_EVERY_MS);

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

/** Removes a file that was in the library already; why it could not, or "". */
async function drop(medium, same) {
  const answer = await send({ method: "DELETE", path: `${MEDIA}/${medium}`, headers: csrfHeader() });
  if (!answer.ok && answer.status !== 404) return answer.problem?.detail ?? say("media.send.lost");
  turns.overtake();
  media = media.filter((each) => each.medium !== medium);
  await refresh(same);
  write("status", say("media.same.dropped"));
  const kept = /** @type {HTMLElement | null} */ (list.querySelector(`[data-medium="${same}"] a`));
  (kept ?? byId("list-title")).focus();
  return "";
}

async function readList(before = null) {
  const turn = turns.begin();
  try {
    const query = search.values();
    /** @type {Api.MediaAnswer} */
    const found = await read(address(MEDIA, { ...query, before }));
    if (JSON.stringify(query) !== JSON.stringify(search.values())) return; // a newer search is under way
    if (!turns.shows(turn)) return readList(before); // a gesture has changed the library meanwhile
    media = before ? [...media, ...found.media] : found.media;
    next = found.next;
    search.offer(found.tags);
    write("room", folderWords(found.folders, { say, page }));
    show("[data-unread]", false);
    draw();
  } catch {
    show("[data-unread]", true);
  }
}

function checkPreparing() {
  if (!document.hidden) for (const medium of preparing(media)) refresh(medium);
}

async function refresh(id) {
  try {
    /** @type {Api.MediumAnswer} */
    const medium = await read(`${MEDIA}/${id}`);
    const before = media.find((each) => each.medium === id)?.state;
    media = withMedium(media, medium);
    if (medium.state !== "preparing") sendings.prepared(medium);
    if (before === "preparing" && medium.state !== before)
      write("status", medium.refusal?.detail ?? say("media.state.ready"));
    draw();
  } catch {
    // Not reachable, or removed meanwhile: the next check asks again, and a new list leaves it out.
  }
}

/** What a gesture made of a medium. */
function takeChanged(medium) {
  turns.overtake();
  media = withMedium(media, medium);
  draw();
}

function draw() {
  const isSearching = isSearch(search.values());
  show("[data-none]", media.length === 0 && !isSearching);
  show("[data-not-found]", media.length === 0 && isSearching);
  show("[data-more]", next !== null);
  const formerCards = /** @type {Iterable<HTMLElement>} */ (list.children);
  const cards = new Map(Array.from(formerCards, (card) => [card.dataset.medium, card]));
  const places = media.map((medium) => {
    const { state, texts, name, tags, made_by: madeBy, rights, until, expiry, captions } = medium;
    const mark = JSON.stringify([state, texts, name, tags, madeBy, rights, until, expiry, captions]);
    const existing = cards.get(medium.medium);
    if (existing?.dataset.mark === mark) return existing; // what is being typed in it stays
    const card = element("li", {
      class: "card medium",
      "data-medium": medium.medium,
      "data-state": medium.state,
      "data-mark": mark,
    });
    card.append(...mediumCard(medium, { say, page, describe, catalogue, caption, remove, used }));
    if (existing) keepTyped(existing, card);
    return card;
  });
  for (const [, card] of cards) if (!places.includes(card)) card.remove();
  // a card that stands right is not touched: taking it out, even for a moment, takes the focus from what is
  // typed in it
  places.forEach(
    (card, at) => list.children[at] !== card && list.insertBefore(card, list.children[at] ?? null),
  );
}

/** Saving one form of a card keeps the words typed in the other. */
function keepTyped(former, card) {
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (
    former.querySelectorAll("textarea, input")
  )) {
    const fresh = /** @type {HTMLInputElement | null} */ (card.querySelector(`[name="${field.name}"]`));
    if (fresh?.defaultValue === field.defaultValue) fresh.value = field.value;
    if (field.closest("details[open]")) fresh?.closest("details")?.setAttribute("open", "");
  }
}

async function describe(medium, card) {
  const problem = card.querySelector("[data-problem]");
  const texts = textsOf(
    Object.fromEntries([...card.querySelectorAll("textarea")].map((area) => [area.name, area.value])),
  );
  const key = textProblem(texts);
  setText(problem, key ? say(key) : "");
  if (key) {
    card.querySelector("textarea").focus();
    return;
  }
  const answer = await send({
    method: "PATCH",
    path: `${MEDIA}/${medium.medium}`,
    body: { texts },
    headers: csrfHeader(),
  });
  if (!answer.ok) {
    setText(problem, answer.problem?.detail ?? say("media.send.lost"));
    return;
  }
  takeChanged(answer.body);
  write("status", say("media.text.kept"));
  list.querySelector(`[data-medium="${medium.medium}"] [data-keep]`)?.focus();
}

async function catalogue(medium, card) {
  const { name, tags, made_by: madeBy, rights, until } = card.querySelector("[data-details]").elements;
  const answer = await send({
    method: "PUT",
    path: `${MEDIA}/${medium.medium}/details`,
    body: {
      name: name.value,
      tags: tagsOf(tags.value),
      made_by: madeBy.value,
      rights: rights.value,
      until: until.value || null,
    },
    headers: csrfHeader(),
  });
  setText(
    card.querySelector("[data-details-problem]"),
    answer.ok ? "" : (answer.problem?.detail ?? say("media.send.lost")),
  );
  if (!answer.ok) return name.focus();
  takeChanged(answer.body);
  write("status", say("media.details.kept", { name: titleOf(answer.body, "") }));
  const kept = /** @type {HTMLElement} */ (
    list.querySelector(`[data-medium="${medium.medium}"] [data-keep-details]`)
  );
  kept.focus();
}

/** Sends the captions of a film in a language, or takes them away (`file` null); why it failed, or "". */
async function caption(medium, language, file) {
  const path = `${MEDIA}/${medium.medium}/captions/${language}`;
  try {
    const answer = await fetch(path, {
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
    if (!answer.ok) return found.detail ?? say("media.send.lost");
    takeChanged(found);
  } catch {
    return say("media.send.lost");
  }
  write("status", say(file ? "media.captions.kept" : "media.captions.removed"));
  /** @type {HTMLElement} */ (
    list.querySelector(`[data-medium="${medium.medium}"] [data-captions] summary`)
  ).focus();
  return "";
}

async function remove(medium, card) {
  const answer = await send({ method: "DELETE", path: `${MEDIA}/${medium.medium}`, headers: csrfHeader() });
  if (!answer.ok && answer.status !== 404) {
    setText(card.querySelector("[data-problem]"), answer.problem?.detail ?? say("media.send.lost"));
    return;
  }
  turns.overtake();
  media = media.filter((each) => each.medium !== medium.medium);
  draw();
  write("status", say("media.remove.done"));
  byId("list-title").focus();
}
