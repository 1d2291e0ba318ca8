// The cards of all screens, kept new in place: no card moves, appears or leaves while one looks. Only those
// in view ask their screens for pictures, one at a time.

import { csrfHeader, send } from "../shared/verbs.js";

const REFRESH_MS = 20_000;
const ASK_MS = 5_000; // one picture: twelve a minute, of the thirty that one may ask
const OLD_MS = 60_000;
/** @type {HTMLElement[]} */
const cards = [...document.querySelectorAll(".now [data-screen]")];
const inView = new Set();
const askedAt = new Map();
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) inView[isIntersecting ? "add" : "delete"](target);
});
for (const card of cards) observer.observe(card);
setInterval(() => document.hidden || refresh(), REFRESH_MS);
setInterval(() => document.hidden || askOne(), ASK_MS);

async function refresh() {
  const address = new URL(location.href);
  address.searchParams.set("ecrans", cards.map(({ dataset }) => dataset.screen).join(","));
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const newer = page.querySelector(`[data-part="${part.getAttribute("data-part")}"]`);
    if (newer && newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
  }
  for (const card of cards) {
    const found = page.querySelector(`[data-screen="${card.dataset.screen}"] figure`);
    const newer = found && document.importNode(found, true);
    const figure = card.querySelector("figure");
    if (newer instanceof HTMLElement && figure && newer.dataset.taken !== figure.dataset.taken)
      await drawn(figure, newer);
  }
}

/** A newer picture takes the place of the former once it has come. */
async function drawn(/** @type {HTMLElement} */ figure, /** @type {HTMLElement} */ newer) {
  /** @type {HTMLImageElement | null} */
  const picture = newer.querySelector("img");
  if (picture) {
    picture.loading = "eager";
    const hasCome = await picture.decode().then(
      () => true,
      () => false,
    );
    if (!hasCome) return;
  }
  figure.replaceWith(newer);
}

/** Asks for the oldest picture in view. */
function askOne() {
  const now = Date.now();
  const age = (card) => now - (Date.parse(card.querySelector("figure").dataset.taken) || 0);
  const [card] = cards
    .filter((each) => inView.has(each) && each.dataset.ask && age(each) > OLD_MS)
    .filter((each) => now - (askedAt.get(each) ?? 0) > OLD_MS)
    .sort((one, other) => age(other) - age(one));
  if (!card) return;
  askedAt.set(card, now);
  send({ path: card.dataset.ask ?? "", headers: csrfHeader() }, { repeats: 0 });
}
