// The DOM functions shared by the pages. Text is always inserted as text, never as HTML.

/**
 * The first element that matches, where the page always has one. Throws where it has none.
 *
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {E}
 */
export function one(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`no ${selector} on this page`);
  return /** @type {E} */ (found);
}

/**
 * The element of an id, where the page always has it. Throws where it has none.
 *
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @returns {E}
 */
export function byId(id) {
  return one(`#${CSS.escape(id)}`);
}

/** The nearest element around the pressed, or typed in, one that matches. */
export function targetIn(/** @type {Event} */ event, /** @type {string} */ selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/**
 * An element with attributes (false and null are left out) and children (nodes or texts; null is left out).
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * Writes a text into every [data-text=name]; untouched when it is already there, so nothing is read twice.
 *
 * @param {string} name
 * @param {string} text
 * @param {ParentNode} [root]
 */
export function write(name, text, root = document) {
  for (const place of root.querySelectorAll(`[data-text="${name}"]`)) setText(place, text);
}

/** Sets an element's text only when it changes. */
export function setText(/** @type {Element | null | undefined} */ place, /** @type {string} */ text) {
  if (place && place.textContent !== text) place.textContent = text;
}

/**
 * Shows or hides every element that matches.
 *
 * @param {string} selector
 * @param {boolean} isShown
 * @param {ParentNode} [root]
 */
export function show(selector, isShown, root = document) {
  for (const found of root.querySelectorAll(selector)) found.hidden = !isShown;
}

/** Writes why a gesture was refused, within sight of whoever pressed; an empty text takes the line away. */
export function showRefusal(/** @type {string} */ text) {
  write("refused", text);
  show("[data-refused]", text !== "");
  if (text) one("[data-refused]").scrollIntoView({ block: "nearest" });
}

/** Draws a list again: the focused element keeps the focus, or the new one with its `data-key` has it. */
export function keepingFocus(/** @type {HTMLElement} */ list, /** @type {() => void} */ redraw) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const isWithin = list.contains(focused);
  redraw();
  if (!focused || !isWithin || focused === document.activeElement) return;
  const { key } = focused.dataset;
  if (focused.isConnected) focused.focus();
  else if (key) list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Whether an element is a place where one types. */
export function isField(/** @type {EventTarget | null} */ target) {
  if (!(target instanceof Element)) return false;
  return (
    target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !==
    null
  );
}

/** A text with `2{nd}`-like marks made of <sup>: ["2", sup("e"), " appel"] from "2^e^ appel". */
export function withSuperiors(/** @type {string} */ text) {
  return text.split("^").map((part, at) => (at % 2 ? element("sup", {}, part) : part));
}
