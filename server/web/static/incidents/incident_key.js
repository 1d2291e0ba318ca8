// The discreet key: a first press says who would receive it, a second one at the same place sends it.

import { receiversTexts } from "./incident_state.js";
import { byId, one, targetIn } from "../shared/dom.js";
import { draw, html } from "../shared/drawing.js";
import { KEYS_STORED_AT, keyOf, storedKeys } from "../shared/keys.js";
import { readJson } from "../shared/sentences.js";
import { csrfHeader, oneAtATime, read, send } from "../shared/verbs.js";

/** A panel left open would make one accidental press enough. */
const OPEN_FOR_MS = 15000;
/** Longer than this, and a person under stress is told that it did not arrive. */
const ANSWERED_WITHIN_MS = 4000;

/** A request whose answer is waited for only that long. */
export const soon = (path, options) =>
  fetch(path, { ...options, signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });

/** Joins the key of a page, where it has one; `raised(answer)` is called once the server has the incident. */
export function createIncidentKey({ hall, words, isLive, raised }) {
  const opener = document.querySelector("[data-incident-open]");
  if (!opener) return;
  const { say, phone } = words;
  const panel = one("[data-incident-panel]");
  const texts = one("[data-incident-who]");
  const outcome = one("[data-incident-told]");
  const sendButton = one("[data-incident-send]");
  let closing = 0;
  /** @type {Element | null} where the focus was before, so that nothing is marked on the page afterwards */
  let before = null;

  const { keys } = readJson("console-page");
  const keyNow = () => storedKeys(localStorage.getItem(KEYS_STORED_AT), keys).keys.incident;
  const write = (place, lines) =>
    draw(
      place,
      lines.map((line) => html`<p>${line}</p>`),
    );

  function open() {
    before = document.activeElement;
    panel.hidden = false;
    write(outcome, []);
    write(texts, isLive() ? [] : [say("incidents.panel.offline", { phone })]);
    for (const place of document.querySelectorAll("[data-incident-key-name]")) place.textContent = keyNow();
    sendButton.focus();
    clearTimeout(closing);
    closing = setTimeout(close, OPEN_FOR_MS);
    readWho();
  }

  async function readWho() {
    try {
      /** @type {Api.ReceiversAnswer} */
      const receivers = await read(`/api/v1/halls/${hall}/incident-receivers`, { fetch: soon });
      write(texts, receiversTexts(receivers, words));
    } catch {
      write(texts, [say("incidents.panel.offline", { phone })]);
    }
  }

  function close() {
    if (panel.hidden) return;
    clearTimeout(closing);
    const hadFocus = panel.contains(document.activeElement);
    panel.hidden = true;
    if (!hadFocus) return;
    if (before instanceof HTMLElement && before !== document.body) before.focus();
    else byId("main").focus();
  }

  const press = oneAtATime(async () => {
    const body = { counter: document.body.dataset.counter || null }; // null at the reception desk
    const path = `/api/v1/halls/${hall}/incidents`;
    const answer = await send({ path, body, headers: csrfHeader() }, { fetch: soon, repeats: 0 });
    close();
    if (answer.ok) return raised(answer.body);
    write(outcome, [say("incidents.own.not_sent", { phone })]);
  });

  opener.addEventListener("click", () => (panel.hidden ? open() : close()));
  document.addEventListener("click", (event) => {
    if (targetIn(event, "[data-incident-send]")) press();
    else if (targetIn(event, "[data-incident-cancel]")) close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (document.querySelector("[data-keys]:not([hidden])")) return; // a key is being chosen there
      if (event.key === "Escape" && !panel.hidden) {
        event.stopPropagation();
        close();
      } else if (keyOf(event) === keyNow()) {
        event.preventDefault();
        event.stopPropagation();
        if (panel.hidden) open();
        else press();
      }
    },
    true,
  );
}
