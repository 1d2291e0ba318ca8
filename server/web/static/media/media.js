// The library as a grid that the server draws: this page sends files, searches while one types, and reads the
// grid again where it has changed.

import { byId, one, show, write } from "../shared/dom.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createTurns } from "../shared/turns.js";
import { acceptDrops } from "../shared/uploads.js";
import { csrfHeader, read, send } from "../shared/verbs.js";
import { createBatch } from "./media_batch.js";
import { address } from "./media_state.js";

const MEDIA = "/api/v1/media";
const PAGE = "/affichage/medias";
const LOOK_EVERY_MS = 1000;
const MOST_NAMED = 3; // of the chosen files
const TYPED_FOR_MS = 300;
const page = readJson("media-page");
const say = sayer(readJson("sentences"), page.language);
/** @type {HTMLFormElement} */
const form = one("[data-send]");
/** @type {HTMLFormElement} */
const search = one("[data-search]");
const grid = one('[data-part="grid"]');
const turns = createTurns();
/** @type {Set<string>} media that arrived from here and are not prepared yet */
const awaited = new Set();
let searching = 0;
const toTitle = () => byId("list-title").focus();
const batch = createBatch(one('[data-list="sendings"]'), {
  address: MEDIA,
  mediaBytes: page.media_bytes,
  say,
  tell: (words) => write("status", words),
  sent({ medium }) {
    awaited.add(medium);
    readGrid();
  },
  forget: remove,
  drop,
  after: toTitle,
  describing: (media) => {
    const chosen = media.slice(0, page.most_chosen).map((medium) => ["medium", medium]);
    return `${PAGE}/choisis/decrire?${new URLSearchParams(chosen)}`;
  },
});

form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  upload([...form.elements.file.files]);
});
form.elements.file.addEventListener("change", tellChosen);
form.addEventListener("reset", () => setTimeout(tellChosen));
acceptDrops(one(".sending"), (files) => {
  form.elements.file.files = files;
  tellChosen();
  one("[data-do]").focus();
});
search.addEventListener("input", ({ target }) => searchIn(target === search.elements.q ? TYPED_FOR_MS : 0));
search.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  searchIn(0);
});
grid.addEventListener("change", tellTicked);
grid.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element) || !target.closest("[data-all]")) return;
  const boxes = ticking();
  const isAll = boxes.every(({ checked }) => checked);
  for (const box of boxes) box.checked = !isAll;
  tellTicked();
});
tellTicked();
setInterval(() => document.hidden || lookAgain(), LOOK_EVERY_MS);

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
  batch.add(files, site);
  form.reset();
  if (site) form.elements.site.value = site; // the next file is often of the same site
}

function ticking() {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (grid.querySelectorAll('input[name="medium"]'))];
}

function tellTicked() {
  show("[data-all]", true, grid);
  const count = ticking().filter(({ checked }) => checked).length;
  write("ticked", count ? say("media.chosen.count", { count }) : say("media.chosen"));
}

function searchIn(ms) {
  clearTimeout(searching);
  searching = window.setTimeout(() => {
    history.replaceState(null, "", address(PAGE, searched()));
    readGrid();
  }, ms);
}

function searched() {
  const { q, site, kind, tag } = search.elements;
  return { q: q.value.trim(), site: site?.value ?? "", kind: kind.value, tag: tag.value };
}

/** Reads the grid again: ticks and the focus stay. */
async function readGrid() {
  const turn = turns.begin();
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = fresh.querySelector('[data-part="grid"]');
    if (!answer.ok || !part || !turns.shows(turn)) return;
    const ticked = new Set(ticking().map((box) => box.checked && box.value));
    const { key } = /** @type {HTMLElement} */ (document.activeElement)?.dataset ?? {};
    grid.replaceChildren(...part.childNodes);
    for (const box of ticking()) box.checked = ticked.has(box.value);
    if (key && document.activeElement === document.body) one(`[data-key="${key}"]`, grid).focus();
    tellTicked();
  } catch {
    // Not reachable: the next change reads it again.
  }
}

/** What is being prepared, sent from here or not: the grid shows when it is ready. */
async function lookAgain() {
  const [first] = awaited;
  if (!first) return grid.querySelector('[data-state="preparing"]') ? readGrid() : undefined;
  try {
    /** @type {Api.MediumAnswer} */
    const medium = await read(`${MEDIA}/${first}`);
    if (medium.state === "preparing" || !awaited.delete(first)) return; // or removed meanwhile
    batch.prepared(medium);
    write("status", medium.refusal?.detail ?? say("media.state.ready"));
    readGrid();
  } catch {
    awaited.delete(first); // removed meanwhile
  }
}

/** Removes a medium; why it could not, or "". */
async function remove(medium) {
  const answer = await send({ method: "DELETE", path: `${MEDIA}/${medium}`, headers: csrfHeader() });
  if (!answer.ok && answer.status !== 404) return answer.problem?.detail ?? say("media.send.lost");
  awaited.delete(medium);
  readGrid();
  return "";
}

/** Removes a file that was in the library already; why it could not, or "". */
async function drop(medium, same) {
  const why = await remove(medium);
  if (why) return why;
  write("status", say("media.same.dropped"));
  (grid.querySelector(`[data-key="${same}"]`) ?? byId("list-title")).focus();
  return "";
}
