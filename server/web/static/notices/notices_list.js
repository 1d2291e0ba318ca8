// The list of notices: first those that wait for the reader, then the others by state.

import { byId, element, one, show, write } from "../shared/dom.js";
import { sectionsOf } from "./notice_content.js";
import { isEverywhere } from "./notice_targets.js";
import { shownInWords } from "./notice_history.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { readJson, sayer } from "../shared/sentences.js";
import { read, whyNotRead } from "../shared/verbs.js";

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
  show("[data-refused]", false);
  try {
    /** @type {Api.NoticesAnswer} */
    const found = await read(`/api/v1/notices?${query}`);
    const listedIds = new Set(listed.map(({ notice }) => notice)); // what changed has moved to the top
    listed = [...listed, ...found.notices.filter(({ notice }) => !listedIds.has(notice))];
    next = found.next;
  } catch (error) {
    write("refused", whyNotRead(error, say));
    show("[data-refused]", true);
    return false;
  }
  draw();
  return true;
}

function draw() {
  const sought = plain(find.value.trim());
  const found = sought ? listed.filter(({ title }) => plain(title).includes(sought)) : listed;
  write("found", sought ? say("notices.found", { count: found.length }) : "");
  show("[data-none]", listed.length === 0);
  one('[data-list="sections"]').replaceChildren(...sectionsOf(found, Date.now()).map(section));
  more.hidden = next === null;
}

/** A text without capitals and accents, as people type what they look for. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

function section({ name, notices }) {
  const id = `section-${name}`;
  const columns = ["title", "kind", "where", "who", "when", "state"].map((each) =>
    element("th", { scope: "col" }, say(`notices.column.${each}`)),
  );
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...columns)),
    element("tbody", {}, ...notices.map(row)),
  );
  const heading = element(
    "h2",
    { id },
    say(`notices.section.${name}`),
    " ",
    element("span", { class: "count" }, String(notices.length)),
  );
  return element(
    "section",
    { class: `list ${name}`, "aria-labelledby": id },
    heading,
    element("div", { class: "wide", tabindex: "0", role: "group", "aria-labelledby": id }, table),
  );
}

function row(notice) {
  const link = element(
    "a",
    { href: `/affichage/message/${encodeURIComponent(notice.notice)}`, "data-notice": notice.notice },
    element("bdi", { lang: "fr" }, notice.title),
  );
  return element(
    "tr",
    {},
    element(
      "th",
      { scope: "row" },
      notice.picture
        ? element("img", { class: "small-picture", src: notice.picture, alt: "", loading: "lazy" })
        : null,
      link,
      notice.is_correction ? element("small", { class: "tag" }, ` ${say("notices.correction")}`) : null,
    ),
    element("td", {}, say(`notices.kind.${notice.kind}`)),
    element("td", {}, where(notice)),
    element("td", {}, element("bdi", {}, notice.drafted_by ?? say("notices.nobody"))),
    element("td", {}, when(notice)),
    element(
      "td",
      {},
      element("span", { class: "state", "data-state": notice.state }, say(`notices.state.${notice.state}`)),
      element(
        "a",
        {
          class: "copy",
          href: `/affichage/message?copie=${encodeURIComponent(notice.notice)}`,
          "aria-label": say("notices.copy_of", { title: notice.title }),
        },
        say("notices.copy_short"),
      ),
    ),
  );
}

function where({ targets, sites: touched }) {
  if (targets.is_nowhere) return say("notices.nowhere");
  if (isEverywhere(targets)) return say("notices.everywhere");
  return touched.map((site) => sites.get(site) ?? site).join(", ");
}

function when(notice) {
  return notice.state === "published" ? shownInWords(notice, { say, instant }) : instant(notice.changed_at);
}
