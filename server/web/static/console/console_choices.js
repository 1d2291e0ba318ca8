// The choices of panels: what is possible first, typed words filter, a digit chooses one of the first nine.

import { html, nothing } from "../shared/drawing.js";

export const DIGITS = 9;
const FILTER = "choice-filter";
const IN_PANEL = "[data-panel-body] .choices button";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** The entries with a word that begins like each typed one; what is possible first, else in their order. */
export function shownEntries(entries, typed) {
  const starts = plain(typed).split(/\s+/).filter(Boolean);
  const fitting = entries.filter(({ label }) => {
    const words = plain(label).split(/[^\p{L}\p{N}]+/u);
    return starts.every((each) => words.some((word) => word.startsWith(each)));
  });
  const isPossible = ({ isPossible: possible = true }) => possible;
  return [...fitting.filter(isPossible), ...fitting.filter((entry) => !isPossible(entry))];
}

/**
 * Lists of buttons under their titles, with a field that filters them where they are many. `redraw()` fills
 * the panel again.
 *
 * @param {{ title?: string, entries: any[] }[]} groups
 * @param {{ say: any, choose: (value: any) => void, redraw: () => void }} given
 */
export function manyChoices(groups, { say, choose, redraw }) {
  const isLong = groups.reduce((sum, { entries }) => sum + entries.length, 0) > DIGITS;
  let first = 1;
  const lists = groups.map(({ title, entries }) => {
    const rows = shownEntries(entries, typedIn(FILTER));
    const list = html`${title ? html`<h3>${title}</h3>` : nothing}${choices(rows, choose, first)}`;
    first += rows.length;
    return rows.length ? list : nothing;
  });
  const form = () => filterForm({ say, redraw, isEmpty: first === 1 });
  return html`${isLong ? form() : nothing}${lists}`;
}

const fieldOf = (id) => /** @type {HTMLInputElement | null} */ (document.getElementById(id));

/** What is typed in the field of a filter; "" where there is none. */
export const typedIn = (id) => fieldOf(id)?.value ?? "";

/**
 * The field that filters entries. Enter presses the only button of `rows` (a selector); among several it
 * leads to the first. `isEmpty`: nothing fits.
 */
export function filterForm({ id = FILTER, rows = IN_PANEL, say, redraw, isEmpty }) {
  const takeOnly = (event) => {
    event.preventDefault();
    /** @type {NodeListOf<HTMLButtonElement>} */
    const buttons = document.querySelectorAll(rows);
    if (buttons.length === 1) buttons[0].click();
    else buttons[0]?.focus();
  };
  return html`<form class="by-number" @submit=${takeOnly}>
    <label for=${id}>${say("console.filter.label")}</label>
    <input id=${id} type="text" maxlength="40" autocomplete="off" spellcheck="false" @input=${redraw}>
    <p role="status">${isEmpty ? say("console.filter.nothing") : ""}</p>
  </form>`;
}

/**
 * A list of buttons; `choose` is called with the value of the one pressed. A digit chooses each, from `first`
 * on.
 */
export function choices(entries, choose, first = 1) {
  const item = ({ label, note, value }, index) => {
    const digit = first + index <= DIGITS ? first + index : null;
    const key = digit ? html`<kbd aria-hidden="true">${digit}</kbd>` : nothing;
    return html`<li><button type="button" data-choice=${digit ?? nothing} @click=${() => choose(value)}
      ><span><bdi>${label}</bdi>${note ? html`<small>${note}</small>` : nothing}</span>${key}</button></li>`;
  };
  return html`<ul class="choices">${entries.map(item)}</ul>`;
}

/**
 * What a key does to the open choices: a digit chooses, also while one types, but not as part of a typed
 * number; a letter begins to filter. Answers whether it was for them. `id`: of the field that filters.
 */
export function takeChoiceKey(event, isInField, id = FILTER) {
  const field = fieldOf(id);
  const isTyping = event.target === field && field !== null;
  if ((isInField && !isTyping) || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (/^[1-9]$/.test(event.key) && !(isTyping && /[\s\d]$/.test(field.value))) {
    /** @type {HTMLButtonElement | null} */
    const choice = document.querySelector(`[data-panel] [data-choice="${event.key}"]`);
    if (choice) event.preventDefault();
    choice?.click();
    return choice !== null;
  }
  if (!field || isTyping || !/^\p{L}$/u.test(event.key)) return false;
  field.focus();
  return true;
}
