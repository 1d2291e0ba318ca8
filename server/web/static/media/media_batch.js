// A batch of files on its way to the library: two at a time, slower where the server asks for it. One line
// says how far it is; what was not taken is one list, which somebody dismisses.

import { draw, html, icon, nothing } from "../shared/drawing.js";
import { uploadFile } from "../shared/uploads.js";
import { progressOf, refusalOf, uploadAddress } from "./media_state.js";

const AT_ONCE = 2;
const LEFT = "parvis.media.left"; // names of files that had not left when the page closed
const MOST_KEPT = 500;

/**
 * What is known of a file. `state`: waiting, sending, received, stopped, refused.
 * @typedef {{ file: File, site: string, state: string, percent: number, why: string,
 *   stop: AbortController, isLost?: boolean, medium?: string, same?: any, problem?: string }} Sending
 */

/**
 * Draws a batch into a place. `sent(answer)` hears of each file that arrived; `drop(medium, same)` removes a
 * file that the library had already, and resolves to why it could not, or ""; `forget(medium)` removes one
 * that could not be prepared. `describing(media)`: where those that arrived are described.
 *
 * @param {HTMLElement} list
 * @param {{ address: string, mediaBytes: number, say: any, tell: (words: string) => void,
 *   sent: (answer: Api.UploadedAnswer) => void, forget: (medium: string) => Promise<string>,
 *   drop: (medium: string, same: string) => Promise<string>, after: () => void,
 *   describing: (media: string[]) => string }} parts
 */
export function createBatch(list, { address, mediaBytes, say, tell, sent, drop, forget, after, describing }) {
  /** @type {Sending[]} */
  let batch = [];
  let left = JSON.parse(sessionStorage.getItem(LEFT) ?? "[]");
  let lanes = 0;
  let slowedS = 0; // what the server asked for, while it lasts
  /** @type {Promise<unknown> | null} */
  let slowing = null;
  redraw();

  return {
    /** Says why a file cannot be shown, once the server has looked at it. */
    prepared({ medium, refusal }) {
      const found = batch.find((each) => each.medium === medium);
      if (found && refusal) change(found, { state: "refused", why: refusal.detail });
    },

    /** Sends files to a site, after those that wait; a batch that has ended makes room. */
    add(files, site) {
      const begun = files.map((file) => {
        const refusal = refusalOf(file, mediaBytes);
        const why = refusal ? say(refusal.key, refusal.values) : "";
        const state = why ? "refused" : "waiting";
        return { file, site, state, percent: 0, why, stop: new AbortController() };
      });
      if (!progressOf(batch).isUnderWay) batch = batch.filter(({ state }) => state === "refused");
      batch = [...batch, ...begun];
      left = [];
      redraw();
      work();
    },
  };

  function work() {
    for (; lanes < AT_ONCE; lanes += 1) lane().finally(() => (lanes -= 1));
  }

  async function lane() {
    const waiting = () => batch.find(({ state }) => state === "waiting");
    for (let next = waiting(); next; next = waiting()) {
      await slowing;
      if (next.state === "waiting") await send(next);
    }
  }

  /** @param {Sending} sending */
  async function send(sending) {
    const { file, site, stop } = sending;
    change(sending, { state: "sending" });
    const { status, body, retryAfterS } = await uploadFile(file, {
      address: uploadAddress(address, site, file.name),
      signal: stop.signal,
      onPercent: (percent) => change(sending, { percent }),
    });
    if (stop.signal.aborted) return change(sending, { state: "stopped" });
    if (status === 201) return received(sending, body);
    if (status === 429) return slowDown(sending, retryAfterS);
    const why = body?.detail ?? say("media.send.lost");
    return change(sending, { state: "refused", why, isLost: status === 0 });
  }

  /** The file goes again once the server takes more; both lanes wait. */
  function slowDown(sending, seconds) {
    change(sending, { state: "waiting", percent: 0 });
    slowedS = seconds;
    slowing ??= new Promise((resolve) => setTimeout(resolve, seconds * 1000)).then(() => {
      slowedS = 0;
      slowing = null;
    });
    redraw();
  }

  /** @param {Api.UploadedAnswer} answer */
  function received(sending, answer) {
    change(sending, { state: "received", medium: answer.medium, same: answer.same_as });
    if (!progressOf(batch).isUnderWay) tell(words());
    sent(answer);
  }

  function change(sending, now) {
    Object.assign(sending, now);
    redraw();
  }

  function words() {
    const { done, whole, isUnderWay } = progressOf(batch);
    if (slowedS > 0) return say("media.batch.slowed", { done, whole, seconds: slowedS });
    return say(isUnderWay ? "media.batch.progress" : "media.batch.done", { count: done, whole });
  }

  function redraw() {
    // the browser breaks off what is being sent before the page closes: such a file is lost, and has not left
    const unsent = batch.filter(({ state, isLost }) => isLost || ["waiting", "sending"].includes(state));
    const names = [...unsent.map(({ file }) => file.name), ...left].slice(0, MOST_KEPT);
    sessionStorage.setItem(LEFT, JSON.stringify(names));
    const sendings = batch.filter(({ state }) => state === "sending");
    draw(list, [
      left.length ? leftBefore() : nothing,
      progressOf(batch).whole ? progress() : nothing,
      sendings.length ? html`<ul>${sendings.map(row)}</ul>` : nothing,
      batch.filter(({ same, state }) => same && state === "received").map(sameNotice),
      batch.some(({ state }) => state === "refused") ? refusals() : nothing,
    ]);
  }

  function progress() {
    const { done, whole, isUnderWay } = progressOf(batch);
    const media = batch.filter(({ state }) => state === "received").map(({ medium }) => medium ?? "");
    return html`<div class="progress" data-batch>
      <progress max=${whole} .value=${done} aria-label=${say("media.send.title")}></progress>
      <span>${words()}</span>
      ${isUnderWay ? button("media.batch.stop", stop) : nothing}
      ${
        !isUnderWay && media.length
          ? html`<a class="button" href=${describing(media)}>${say("media.batch.describe")}</a>`
          : nothing
      }
    </div>`;
  }

  function row({ file, percent }) {
    return html`<li class="on-its-way">
      <bdi class="name">${file.name}</bdi>
      <progress max="100" .value=${percent} aria-label=${file.name}></progress>
      <span>${say(percent === 100 ? "media.send.received" : "media.send.percent", { percent })}</span>
    </li>`;
  }

  function refusals() {
    const refused = batch.filter(({ state }) => state === "refused");
    const hasLost = refused.some(({ isLost }) => isLost);
    const line = ({ file, why }) =>
      html`<li data-refused><bdi class="name">${file.name}</bdi> <span>${why}</span></li>`;
    return html`<div class="notice alert refusals" role="alert">
      ${icon("alert")}
      <div>
        <p>${say("media.batch.refused", { count: refused.length })}</p>
        <ul>
          ${refused.map(line)}
        </ul>
        <p class="pressing">
          ${hasLost ? button("media.send.again", again) : nothing} ${button("media.batch.dismiss", dismiss)}
        </p>
      </div>
    </div>`;
  }

  /** What had not left when this page was closed or read again: the browser keeps names, not files. */
  function leftBefore() {
    const forgetLeft = () => {
      left = [];
      redraw();
      after();
    };
    return html`<div class="notice refusals" data-left>
      ${icon("clock")}
      <div>
        <p>${say("media.batch.left", { count: left.length })}</p>
        <ul>
          ${left.map((name) => html`<li><bdi>${name}</bdi></li>`)}
        </ul>
        <p class="pressing">${button("media.batch.dismiss", forgetLeft)}</p>
      </div>
    </div>`;
  }

  function stop() {
    for (const sending of batch.filter(({ state }) => ["waiting", "sending"].includes(state))) {
      sending.stop.abort();
      sending.state = "stopped";
    }
    redraw();
    tell(words());
    after();
  }

  function again() {
    for (const sending of batch.filter(({ isLost }) => isLost))
      Object.assign(sending, { state: "waiting", isLost: false, percent: 0, stop: new AbortController() });
    redraw();
    work();
  }

  /** The list goes, and with it what the library kept of files that could not be prepared. */
  async function dismiss() {
    const refused = batch.filter(({ state }) => state === "refused");
    batch = batch.filter((each) => !refused.includes(each));
    redraw();
    after();
    for (const { medium } of refused) if (medium) await forget(medium);
  }

  /** The same file is in the library already: whoever sent it chooses whether the new one stays. */
  function sameNotice(sending) {
    const { file, same, medium, problem = "" } = sending;
    const keepBoth = () => {
      change(sending, { same: null });
      after();
    };
    const dropNew = async () => {
      const why = await drop(medium, same.medium);
      change(sending, why ? { problem: why } : { state: "stopped" });
    };
    return html`<div class="notice same" data-same role="alert">
      ${icon("alert")}
      <p><bdi>${file.name}</bdi> : ${say("media.same", { name: same.name || say("media.same.unnamed") })}</p>
      <p role="alert" .textContent=${problem}></p>
      <p class="pressing">
        <button type="button" class="small" data-drop @click=${dropNew}>${say("media.same.drop")}</button>
        ${button("media.same.both", keepBoth)}
      </p>
    </div>`;
  }

  function button(key, press) {
    return html`<button type="button" class="small" @click=${press}>${say(key)}</button>`;
  }
}
