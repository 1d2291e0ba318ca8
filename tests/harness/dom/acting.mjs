// What people do at a page: keys, presses and typed text, with what a browser does about them.

import { isShown } from "./locating.mjs";

const KEYS = { Space: " " };
const TEXT =
  "input:not([type]), input[type=text], input[type=search], input[type=password], input[type=email], textarea";

/** A press of a key where the focus is, as `a`, `Enter`, `F9` or `Control+z`. */
export function press(page, named) {
  const { document, window } = page;
  const parts = named === "+" ? ["+"] : named.split("+");
  const key = KEYS[parts.at(-1)] ?? parts.at(-1);
  const held = new Set(parts.slice(0, -1));
  const at = document.activeElement ?? document.body;
  const how = { key, bubbles: true, cancelable: true, composed: true };
  how.ctrlKey = held.has("Control");
  how.shiftKey = held.has("Shift");
  if (at.dispatchEvent(new window.KeyboardEvent("keydown", how)) && !how.ctrlKey) follow(page, at, key);
  (document.activeElement ?? document.body).dispatchEvent(new window.KeyboardEvent("keyup", how));
}

function follow(page, at, key) {
  if (key === "Enter" && at.matches("button, a[href], summary")) return at.click();
  if (key === "Enter" && at.matches("input")) return submit(at.form);
  if (key === " " && at.matches("button, summary, input[type=checkbox], input[type=radio]"))
    return at.click();
  if (/^Arrow/.test(key) && at.matches("input[type=radio]")) return turn(at, /Down|Right/.test(key) ? 1 : -1);
  if (at.matches(TEXT) && key.length === 1) return write(page, at, at.value + key);
  return undefined;
}

function submit(form) {
  const button = form?.querySelector("button:not([type=button]), input[type=submit]");
  if (button) button.click();
  else form?.requestSubmit();
}

/** The next radio of a group gets the focus and is chosen. */
function turn(radio, by) {
  const all = [...radio.getRootNode().querySelectorAll("input[type=radio]")].filter(
    (each) => each.name === radio.name && each.form === radio.form && !each.disabled,
  );
  const next = all[(all.indexOf(radio) + by + all.length) % all.length];
  next.focus();
  next.click();
}

export function write({ window }, field, text) {
  field.value = text;
  field.dispatchEvent(new window.Event("input", { bubbles: true }));
}

function changed({ window }, field) {
  field.dispatchEvent(new window.Event("input", { bubbles: true }));
  field.dispatchEvent(new window.Event("change", { bubbles: true }));
}

/** By name: what a test does with one element. */
export const ACTS = {
  click: (page, at) => {
    at.focus();
    at.click();
  },
  focus: (page, at) => at.focus(),
  press: (page, at, key) => {
    at.focus();
    press(page, key);
  },
  fill: (page, at, text) => {
    at.focus();
    at.value = text;
    changed(page, at);
  },
  check: (page, at) => at.checked || at.click(),
  uncheck: (page, at) => at.checked && at.click(),
  select_option: (page, at, value) => {
    at.value = value;
    changed(page, at);
  },
};

/** Whether it can be acted upon. */
export const isReady = (at) => isShown(at) && !at.disabled;
