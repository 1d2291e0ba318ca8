// What views draw with lit-html: it writes only what changed, so that focus and typed text stay.

import { html, nothing, render } from "/assets/lit/lit-html.js";
import { live } from "/assets/lit/directives/live.js";
import { repeat } from "/assets/lit/directives/repeat.js";
import { keepingFocus } from "./dom.js";

export { html, live, nothing, repeat };

/** Draws what an element contains, after what its template wrote there. */
export function draw(/** @type {HTMLElement | null} */ place, /** @type {unknown} */ content) {
  if (place) keepingFocus(place, () => render(content, place));
}

/** Draws the list [data-list=name], where the page has it. */
export function drawList(/** @type {string} */ name, /** @type {unknown} */ items) {
  draw(document.querySelector(`[data-list="${name}"]`), items);
}

/** Draws a list whose rows keep their elements, and so the focus, by `keyOf(row)`. */
export function drawRows(name, rows, keyOf, item) {
  drawList(name, repeat(rows, keyOf, item));
}

/** A check box or a radio button with its words. */
export const choice = (input, label) => html`<label class="choice">${input}${label}</label>`;

/** A sign beside words that say the same. */
export const icon = (name) => html`<i class="icon icon-${name}" aria-hidden="true"></i>`;

/** Words for a screen reader alone, after those of a button that stands in several rows. */
export const unseen = (text) => html`<span class="visually-hidden"> ${text}</span>`;

/** A control below its label; `id` is that of the control. */
export const field = (id, label, control) =>
  html`<div class="field"><label for=${id}>${label}</label>${control}</div>`;
