// What every view of the kiosk is made of: icons, buttons, templates and their slots; and the hour above it.

import { localeOf } from "./words.js";

const ICON_NAME = /^[a-z0-9-]+$/;

/**
 * The element of an id, where the kiosk’s page always has it. Throws where it has none.
 *
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @returns {E}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no ${id} on this page`);
  return /** @type {E} */ (found);
}

/** The nearest element around the pressed or typed one that matches. */
export function targetIn(/** @type {Event} */ { target }, /** @type {string} */ selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

export const main = byId("view");

/**
 * A button of the kiosk. `act`: what its press does; `key`: its name for « Écouter » and for the focus.
 *
 * @param {{ act: string, key: string, label: string, icon?: string, kind?: string }} wanted
 */
export function button({ act, key, label, icon, kind = "" }) {
  const made = element("button", { type: "button", class: kind }, element("span", { text: label }));
  made.dataset.act = act;
  made.dataset.key = key;
  if (icon) {
    const picture = element("span", { class: "icon" });
    setIcon(picture, icon);
    made.prepend(picture);
  }
  return made;
}

/**
 * A copy of a template's content.
 *
 * @param {string} template its id
 */
export function copyOf(template) {
  /** @type {HTMLTemplateElement} */
  const found = byId(template);
  return /** @type {DocumentFragment} */ (found.content.cloneNode(true));
}

export function put(template, say) {
  main.removeAttribute("data-closed");
  main.replaceChildren(copyOf(template));
  fillTexts(main, say);
  return slotsOf(main);
}

export function fillTexts(within, say) {
  for (const each of within.querySelectorAll("[data-text]")) each.textContent = say(each.dataset.text);
  for (const each of within.querySelectorAll("[data-label]"))
    each.setAttribute("aria-label", say(each.dataset.label));
}

export const slotsOf = (within) =>
  Object.fromEntries([...within.querySelectorAll("[data-slot]")].map((each) => [each.dataset.slot, each]));

export function showText(where, text) {
  where.textContent = text;
  where.hidden = !text;
}

/** Shows a sentence around a value that is written from left to right everywhere: an address, a code. */
export function showValue(where, sentence, value) {
  const [before, after] = sentence("\u0000").split("\u0000");
  where.replaceChildren(before, element("bdi", { text: value, dir: "ltr" }), after ?? "");
  where.hidden = false;
}

/** Every icon is drawn in a stylesheet of the page: when a view needs it the server may be away. */
export function setIcon(where, name) {
  if (ICON_NAME.test(name)) where.style.setProperty("--icon", `var(--drawn-${name})`);
}

/**
 * An element with its text and attributes (empty ones are left out) and its children.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {{ text?: string, [name: string]: string | undefined }} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, { text, ...attributes }, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/** Writes a text into the element of an id, only when it changes. */
export function setText(id, text) {
  const where = byId(id);
  if (where.textContent !== text) where.textContent = text;
}

/** The hall, its time zone and its languages: of the menu, else as they were kept, else null. */
export const frameOf = ({ menu, frame }) => menu ?? frame;

/**
 * Writes the hour and the day at the top, in the language that is read and the hall's time zone; or since
 * when (`lostAtMs`, else null) the server is away.
 */
export function drawHour({ language, menu, frame }, { atMs, lostAtMs, say }) {
  const at = new Date(atMs);
  const locale = localeOf(language);
  const timeZone = frameOf({ menu, frame })?.time_zone;
  const day = at.toLocaleDateString(locale, { timeZone, weekday: "long", day: "numeric", month: "long" });
  const hourOf = (instant) =>
    instant.toLocaleTimeString(locale, { timeZone, hour: "2-digit", minute: "2-digit" });
  const isLost = lostAtMs !== null;
  setText("clock-hour", hourOf(at));
  setText("clock-day", isLost ? say("kiosk.not_live", { at: hourOf(new Date(lostAtMs)) }) : day);
  byId("clock-day").toggleAttribute("data-lost", isLost);
}
