// The calls of a screen as DOM: the large cards, and the lists under them. Sizes are chosen by measuring.

import { make } from "./slides.js";
import { placeParts, textIn } from "./words.js";

/** Beside the notices; on the whole width with directions at the end of the line; the same with directions under it. */
const LAYOUTS = ["side", "wide", "broad"];
const WITHOUT_NOTICES = new Set(["calls", "counter"]); // screens that show calls only

/** Show the cards and choose the first layout in which they fit; return whether one was found. */
export function showCards(area, cards, { body, words, languages, place }) {
  const old = new Map([...area.children].map((element) => [element.dataset.content, element]));
  const elements = cards.map((card) => {
    const content = JSON.stringify([card.key, card.counter, place?.arrow]);
    return old.get(content) ?? makeCard(card, content, { words, languages, arrow: place?.arrow });
  });
  if (elements.length !== area.children.length || elements.some((element, at) => element !== area.children[at])) {
    area.replaceChildren(...elements);
  }
  body.dataset.cards = String(cards.length);
  delete body.dataset.full;
  if (cards.length) body.dataset.view = "calls"; // what is hidden cannot be measured
  const isWhole = cards.length > 2 || WITHOUT_NOTICES.has(place?.layout);
  for (const layout of LAYOUTS.slice(isWhole ? 1 : 0)) {
    body.dataset.layout = layout;
    for (const element of elements) fitPlace(element);
    if (isInside(area)) return true;
  }
  return false;
}

function makeCard(card, content, { words, languages, arrow }) {
  const element = make("article", card.isNew ? "card card-new" : "card");
  element.dataset.content = content;
  element.append(make("p", "card-number", {}, card.number), makePlace(card.counter));
  if (card.rank > 1) {
    const recall = element.appendChild(make("p", "card-recall"));
    for (const [text, isRaised] of words.recall(card.rank)) recall.append(isRaised ? make("sup", "", {}, text) : text);
  }
  const direction = textIn(card.counter.direction, languages);
  if (direction) element.append(make("p", "card-direction", { lang: direction.language, dir: "auto" }, direction.text));
  if (card.counter.hearing_loop) element.append(makeLoop(words));
  if (arrow) element.append(makeArrow(arrow, words));
  return element;
}

/** That an induction loop helps at this counter, as a sign and in words. */
function makeLoop(words) {
  const loop = make("p", "card-loop", {}, words.say("hearing_loop"));
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("viewBox", "0 0 24 24");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  sign.appendChild(document.createElementNS(sign.namespaceURI, "use")).setAttribute("href", "#sign-loop");
  loop.prepend(sign);
  return loop;
}

/** Which way from this very screen the counters are, as a sign and in words. */
export function makeArrow(arrow, words) {
  const way = make("p", "card-arrow", {}, words.say(`arrow_${arrow}`));
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.setAttribute("viewBox", "0 0 24 24");
  sign.setAttribute("class", "icon");
  sign.setAttribute("aria-hidden", "true");
  sign.dataset.arrow = arrow;
  const path = sign.appendChild(document.createElementNS(sign.namespaceURI, "path"));
  path.setAttribute("d", "M4 12h16m-7-7 7 7-7 7");
  way.prepend(sign);
  return way;
}

function makePlace(counter) {
  const place = make("p", "card-place");
  const parts = placeParts(counter.label);
  if (!parts) {
    place.dataset.long = "yes";
    place.textContent = counter.label;
    return place;
  }
  place.append(make("span", "card-word", {}, parts.word), " ", make("b", "card-mark", {}, parts.mark));
  return place;
}

/** The place shrinks in steps beside the number; where even the smallest step is too wide it takes its own lines. */
function fitPlace(card) {
  const place = card.querySelector(".card-place");
  delete card.dataset.stacked;
  if (place.dataset.long !== "yes") {
    for (const size of ["0", "1", "2", "3"]) {
      place.dataset.size = size;
      if (place.scrollWidth <= place.clientWidth + 1) return;
    }
  }
  for (const size of ["0", "1", "2"]) {
    card.dataset.stacked = size;
    if (place.scrollHeight <= lineOf(place)) return;
  }
}

const lineOf = (place) => 1.5 * Number.parseFloat(getComputedStyle(place).fontSize);

function isInside(area) {
  const main = area.parentElement;
  const room = main.clientHeight - Number.parseFloat(getComputedStyle(main).paddingBottom);
  return area.offsetTop + area.offsetHeight <= room + 1;
}

/** Show who is still called and the last calls, as many rows as there is room for, whole rows only; return how many. */
export function showLists(area, { still, recent }, words) {
  const stillTable = makeTable("list list-still", words.say("still_called"), still);
  const recentTable = makeTable("list", words.say("last_calls"), recent);
  area.replaceChildren(...[stillTable, recentTable].filter((table) => table.rows.length));
  for (const cell of area.querySelectorAll("td")) {
    if (cell.scrollWidth > cell.clientWidth + 1) cell.dataset.long = "yes";
  }
  const overflows = () => area.scrollHeight > area.clientHeight + 1;
  while (overflows() && recentTable.isConnected) dropRow(recentTable);
  let left = 0;
  let note = null;
  while (overflows() && stillTable.isConnected) {
    left += 1;
    note?.remove();
    dropRow(stillTable);
    note = make("p", "list-more", {}, words.count("more_calls", left));
    area.append(note);
  }
  if (note && overflows()) note.remove();
  return area.querySelectorAll("tr, .list-more").length;
}

function dropRow(table) {
  table.deleteRow(-1);
  if (!table.rows.length) table.remove();
}

function makeTable(name, caption, calls) {
  const table = make("table", name);
  table.append(make("caption", "", {}, caption));
  const rows = table.appendChild(document.createElement("tbody"));
  for (const call of calls) {
    const row = rows.insertRow();
    row.append(make("th", "", { scope: "row" }, call.number), make("td", "", {}, call.counter.label));
  }
  return table;
}
