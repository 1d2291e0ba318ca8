// The console's panel: opened for one action, filled, closed again. One at a time.

import { panelFor } from "./console_panels.js";
import { serverNow } from "../shared/clock.js";
import { one, write } from "../shared/dom.js";
import { draw, nothing } from "../shared/drawing.js";
import { read } from "../shared/verbs.js";

/** Whether a queue is from before the one that a message has brought meanwhile. */
const isOlder = ({ epoch, version }, shown) => shown?.epoch === epoch && version < shown.version;

/** After a choice the focus is where work goes on: on the largest button that can be pressed. */
export function followWork() {
  /** @type {HTMLButtonElement | null} */
  const button = document.querySelector(".main-act:not([hidden]) > button:not(:disabled)");
  button?.focus();
}

/**
 * `ui.panel` names the open one. `act(action, choice)` is called with the choice made there;
 * `takeRows(queue)` with the rows of the queue, which a panel that lists people requests; `seek(number)`
 * answers the visits of a number.
 * `refuse(text)` says that the page has no panel: the bar leaves choices to the page.
 */
export function createPanel({ ui, words, keys, queuePath, seek, stateNow, takeRows, act, refuse, render }) {
  let found = []; // the waiting legs of numbers that no row had

  /**
   * @param {string} action
   * @param {{ choice: any, problem: Api.Problem | null } | null} [refusal] what the server asks about first
   */
  function open(action, refusal = null) {
    if (!document.querySelector("[data-panel]")) return refuse(words.say("console.refused.in_page"));
    ui.panel = action;
    found = [];
    if (action === "keys") keys.draw();
    else {
      draw(one("[data-panel-body]"), nothing); // no value of an earlier panel stays
      fill(action, refusal);
    }
    render();
    const panel = one(action === "keys" ? "[data-keys]" : "[data-panel]");
    (panel.querySelector("[autofocus]") ?? panel).focus();
    panel.scrollIntoView({ block: "nearest" });
    refill(action);
  }

  /** @param {{ choice: any, problem: Api.Problem | null } | null} [refusal] */
  function fill(action, refusal = null) {
    const choose = (choice) => act(action, choice);
    const nowMs = serverNow(stateNow(), Date.now());
    const given = { state: stateNow(), words, nowMs, refusal, choose, found };
    const { title, body } = panelFor(action, { ...given, seek: seekHere, redraw: () => fill(action) });
    write("panel-title", title);
    draw(one("[data-panel-body]"), body);
  }

  /** The waiting legs with a number or the code of an appointment; the open panel then lists them. */
  async function seekHere(number) {
    try {
      const { visits } = await seek(number);
      found = visits.filter(({ state }) => state === "waiting");
    } catch {
      found = [];
    }
    /** @type {HTMLInputElement | null} */
    const field = /** @type {any} */ (document.getElementById("chosen-number"));
    if (field && found.length === 1) field.value = found[0].number; // a code was typed
    if (found.length && ui.panel) fill(ui.panel);
    return found;
  }

  /**
   * The message carries few rows: a panel that lists people asks once for all of them. Any other panel stays,
   * with what was typed in it.
   */
  async function refill(action) {
    if (stateNow().gestures[action]?.asks !== "person" || ui.isRefetching) return;
    ui.isRefetching = true;
    try {
      /** @type {Api.QueueAnswer} */
      const queue = await read(queuePath);
      if (!isOlder(queue, stateNow().queue)) takeRows(queue);
      if (ui.panel === action) {
        fill(action); // with the picked person still picked, and none when that person has gone
        render();
      }
    } catch {
      // The rows of the last message stay.
    }
    ui.isRefetching = false;
  }

  /**
   * The queue has changed: a list in which nobody fits what is typed shows who does now. A list with people
   * does not move under a finger, and a question that stands in its place stays.
   */
  function showNewcomers() {
    if (ui.panel !== "chosen" || !document.getElementById("chosen-number")) return;
    if (!document.querySelector('[data-panel-body] input[name="visit"]')) fill("chosen");
  }

  function close() {
    if (ui.panel === null) return;
    const from = ui.panel;
    ui.panel = null;
    render();
    /** @type {HTMLButtonElement | null} */
    const opener = document.querySelector(`[data-open="${from}"], [data-act="${from}"]`);
    (opener?.disabled ? document.getElementById("main") : opener)?.focus();
  }

  return { open, refill, showNewcomers, close };
}
