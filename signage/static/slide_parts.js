// What slides are made of: elements with text, and whether one has room in a box.

import { bound } from "./text_pages.js";

/** The mark of one page of several, like « 1/3 ». */
export const pageMark = (text) => make("span", "page-mark", { dir: "ltr" }, text);

/**
 * The smallest px of a room that its last reader can read: letters of a room that has grown are larger by as
 * much.
 */
export function leastIn(box, atLeast = 0) {
  const px = (element) => Number.parseFloat(getComputedStyle(element).fontSize);
  const grown = px(box) / px(document.body);
  const least = Number.parseFloat(getComputedStyle(box).getPropertyValue("--least")) || 0;
  return Math.ceil(Math.max(least / grown, atLeast));
}

/** Whether a slide has room in an empty box, or in a share of its height. */
export function fitsIn(box, slide, share = 1) {
  box.replaceChildren(slide);
  const fits =
    (share < 1 ? slide.offsetHeight <= box.clientHeight * share : box.scrollHeight <= box.clientHeight + 1) &&
    box.scrollWidth <= box.clientWidth + 1;
  box.replaceChildren();
  return fits;
}

/**
 * Make an element with a class, attributes and text, of which no line parts a number from its unit.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [name]
 * @param {Record<string, string>} [attributes]
 * @param {string | null} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, name, attributes = {}, text = null) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = bound(text);
  return element;
}
