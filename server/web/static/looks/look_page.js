// The page of the look: the server tries what is typed and keeps nothing of it; the previews show it.

import { one, targetIn } from "../shared/dom.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createSending } from "../notices/notice_sending.js";

const PAUSE_MS = 400;
const say = sayer(readJson("sentences"), readJson("look-page").language);
/** @type {HTMLFormElement} */
const form = one("[data-look]");
let timer = 0;
let turn = 0;

const input = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

form.addEventListener("input", ({ target }) => {
  const { dataset, value, name } = /** @type {HTMLInputElement} */ (target);
  if (dataset.picks) input(dataset.picks).value = value;
  const picker = /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-picks="${name}"]`));
  if (picker && /^#[0-9a-f]{6}$/i.test(value)) picker.value = value.toLowerCase();
  clearTimeout(timer);
  timer = setTimeout(tryIt, PAUSE_MS);
});
form.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (targetIn(event, "[data-nearest]"));
  if (!button) return;
  for (const [name, colour] of Object.entries(JSON.parse(button.dataset.nearest ?? ""))) {
    input(name).value = colour;
    input(name).dispatchEvent(new Event("input", { bubbles: true }));
    input(name).focus();
  }
});
form.addEventListener("change", ({ target }) => {
  const { dataset, files } = /** @type {HTMLInputElement} */ (target);
  if ("sends" in dataset && files?.[0]) upload(/** @type {HTMLInputElement} */ (target), files[0]);
});
addEventListener("resize", fit);
one("[data-previews]").addEventListener("load", fit, true);
fit();

/** The same page with what is typed: the server’s words beside the fields, and the addresses of previews. */
async function tryIt() {
  const mine = (turn += 1);
  const typed = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  for (const name of ["csrf_token", "revision"]) typed.delete(name);
  const answer = await fetch(`${location.pathname}?${typed}`).catch(() => null);
  if (!answer?.ok || mine !== turn) return;
  const tried = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== turn) return;
  for (const place of document.querySelectorAll("[data-said]")) {
    const words = tried.querySelector(`[data-said="${place.getAttribute("data-said")}"]`);
    if (words && words.innerHTML !== place.innerHTML) place.replaceChildren(...words.childNodes);
  }
  for (const name of ["name", "ink", "action"])
    for (const mark of ["aria-invalid", "aria-describedby"]) {
      const value = tried.getElementById(name)?.getAttribute(mark) ?? null;
      if (value === null) input(name).removeAttribute(mark);
      else input(name).setAttribute(mark, value);
    }
  if (tried.querySelector("[data-nearest], .problem")) return; // the last that passed stays
  for (const preview of document.querySelectorAll("[data-preview] :is(iframe, img)")) {
    const { preview: name } = /** @type {HTMLElement} */ (preview.closest("[data-preview]")).dataset;
    const next = tried.querySelector(`[data-preview="${name}"] :is(iframe, img)`)?.getAttribute("src");
    if (next && preview.getAttribute("src") !== next) preview.setAttribute("src", next);
  }
}

/** A file goes to the library; once somebody has said what it shows it is chosen. */
function upload(/** @type {HTMLInputElement} */ field, /** @type {File} */ file) {
  const { row, focus } = createSending(file, {
    id: `${field.id}-words`,
    say,
    ready,
    left: () => field.focus(),
  });
  const place = one("[data-shelf]", /** @type {HTMLElement} */ (field.closest("[data-medium]")));
  one(".sendings", /** @type {HTMLElement} */ (place.parentElement)).append(row);
  field.value = "";
  focus();

  function ready(/** @type {Api.MediumAnswer} */ { medium, name, thumbnail }) {
    const made = /** @type {HTMLElement} */ (one("label", place).cloneNode(true));
    const radio = /** @type {HTMLInputElement} */ (one("input", made));
    Object.assign(radio, { value: medium, checked: true });
    radio.after(Object.assign(new Image(), { src: thumbnail, alt: "" }));
    one("span", made).textContent = name;
    place.append(made);
    radio.focus();
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function fit() {
  for (const inside of document.querySelectorAll("iframe")) {
    const room = one(".window", /** @type {HTMLElement} */ (inside.closest("figure"))).clientWidth;
    inside.style.transform = `scale(${room / Number(inside.getAttribute("width"))})`;
  }
}
