// What views draw with lit-html: it writes only what changed, so that focus and typed text stay.

import { html, render } from "/assets/lit/lit-html.js";
import { keepingFocus } from "./dom.js";

export { html, nothing } from "/assets/lit/lit-html.js";
export { live } from "/assets/lit/directives/live.js";
export { repeat } from "/assets/lit/directives/repeat.js";

/**
 * Draws what an element contains, after what its template wrote there.
 *
 * @param {HTMLElement | null} place
 * @param {unknown} content
 */
export function draw(place, content) {
  if (place) keepingFocus(place, () => render(content, place));
}

/**
 * Draws the list [data-list=name], where the page has it.
 *
 * @param {string} name
 * @param {unknown} items
 */
export function drawList(name, items) {
  draw(document.querySelector(`[data-list="${name}"]`), items);
}

/** A sign beside words that say the same. */
export const icon = (name) => html`<i class="icon icon-${name}" aria-hidden="true"></i>`;
