// The list of notices: what waits for whoever looks first, then the others by state.

import { element, show, write } from "./dom.js";
import { sectionsOf } from "./notice_content.js";
import { shownInWords } from "./notice_history.js";
import { readJson, sayer } from "./sentences.js";
import { read } from "./verbs.js";

const page = readJson("notices-page");
const say = sayer(readJson("sentences"), page.language);
const isArchive = new URLSearchParams(location.search).has("archives");
const sites = new Map(page.halls.map(({ site, site_name: name }) => [site, name]));
const instant = (text) => new Intl.DateTimeFormat(page.language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));

try {
  const { notices } = await read(`/api/v1/notices${isArchive ? "?state=archived" : ""}`);
  show("[data-none]", notices.length === 0);
  document.querySelector('[data-list="sections"]').replaceChildren(...sectionsOf(notices, Date.now()).map(section));
  if (isArchive) {
    const link = document.querySelector("[data-archives]");
    link.href = "/affichage";
    link.textContent = say("notices.back");
  }
} catch ({ answer }) {
  write("refused", answer?.problem?.detail ?? say("console.refused.no_answer"));
  show("[data-refused]", true);
}

function section({ name, notices }) {
  const id = `section-${name}`;
  const columns = ["title", "kind", "where", "who", "when", "state"].map((each) => element("th", { scope: "col" }, say(`notices.column.${each}`)));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...columns)), element("tbody", {}, ...notices.map(row)));
  const heading = element("h2", { id }, say(`notices.section.${name}`), " ", element("span", { class: "count" }, String(notices.length)));
  return element("section", { class: `list ${name}`, "aria-labelledby": id }, heading, element("div", { class: "wide", tabindex: "0", role: "group", "aria-labelledby": id }, table));
}

function row(notice) {
  const link = element("a", { href: `/affichage/message/${encodeURIComponent(notice.notice)}` }, element("bdi", { lang: "fr" }, notice.title));
  return element(
    "tr", {},
    element("th", { scope: "row" }, link),
    element("td", {}, say(`notices.kind.${notice.kind}`)),
    element("td", {}, where(notice)),
    element("td", {}, element("bdi", {}, notice.drafted_by ?? say("notices.nobody"))),
    element("td", {}, when(notice)),
    element("td", {}, element("span", { class: "state", "data-state": notice.state }, say(`notices.state.${notice.state}`))),
  );
}

function where({ targets, sites: touched }) {
  if (!Object.values(targets).some((each) => each.length)) return say("notices.everywhere");
  return touched.map((site) => sites.get(site) ?? site).join(", ");
}

function when(notice) {
  return notice.state === "published" ? shownInWords(notice, { say, instant }) : instant(notice.changed_at);
}
