// Files on their way to the library, one after the other: each with its progress, its refusal beside its
// name, and its presses. What fails keeps no other back.

import { draw, html, icon, nothing } from "../shared/drawing.js";
import { uploadFile } from "../shared/uploads.js";
import { oneAtATime } from "../shared/verbs.js";
import { refusalOf, uploadAddress } from "./media_state.js";

/**
 * What is known of a file. `state`: waiting, sending, received, stopped, refused.
 * @typedef {{ file: File, site: string, state: string, percent: number, why: string,
 *   stop: AbortController, isLost?: boolean, medium?: string, same?: any, problem?: string }} Sending
 */

/**
 * Draws files into a list. `sent(answer)` hears of each one that arrived; `drop(medium, same)` removes a file
 * that the library had already, and resolves to why it could not, or "".
 *
 * @param {HTMLElement} list
 * @param {{ address: string, mediaBytes: number, say: any, tell: (words: string) => void,
 *   sent: (answer: Api.UploadedAnswer) => void,
 *   drop: (medium: string, same: string) => Promise<string>, after: () => void }} parts
 */
export function createSendings(list, { address, mediaBytes, say, tell, sent, drop, after }) {
  /** @type {Sending[]} */
  let sendings = [];
  const next = oneAtATime(async () => {
    const waiting = () => sendings.find(({ state }) => state === "waiting");
    for (let sending = waiting(); sending; sending = waiting()) await send(sending);
  });

  return {
    /** Says beside its name why a file cannot be shown, once the server has looked at it. */
    prepared({ medium, refusal }) {
      const found = sendings.find((each) => each.medium === medium);
      if (found && refusal) change(found, { state: "refused", why: refusal.detail });
    },

    /** Sends files to a site, after those that wait; what has ended leaves the list. */
    add(files, site) {
      const begun = files.map((file) => {
        const refusal = refusalOf(file, mediaBytes);
        const why = refusal ? say(refusal.key, refusal.values) : "";
        return {
          file,
          site,
          state: why ? "refused" : "waiting",
          percent: 0,
          why,
          stop: new AbortController(),
        };
      });
      sendings = [...sendings.filter((each) => !hasEnded(each)), ...begun];
      redraw();
      next();
    },
  };

  /** @param {Sending} sending */
  function hasEnded({ state, isLost }) {
    return ["received", "stopped"].includes(state) || (state === "refused" && !isLost);
  }

  function change(sending, now) {
    Object.assign(sending, now);
    redraw();
  }

  function remove(sending) {
    sendings = sendings.filter((each) => each !== sending);
    redraw();
  }

  /** @param {Sending} sending */
  async function send(sending) {
    const { file, site, stop } = sending;
    change(sending, { state: "sending" });
    const { status, body } = await uploadFile(file, {
      address: uploadAddress(address, site, file.name),
      signal: stop.signal,
      onPercent: (percent) => change(sending, { percent }),
    });
    if (status === 201) return received(sending, body);
    if (!stop.signal.aborted)
      return change(sending, {
        state: "refused",
        why: body?.detail ?? say("media.send.lost"),
        isLost: status === 0,
      });
    change(sending, { state: "stopped" });
    after();
  }

  /** @param {Api.UploadedAnswer} answer */
  function received(sending, answer) {
    change(sending, { state: "received", medium: answer.medium, same: answer.same_as });
    tell(`${sending.file.name} : ${say("media.send.received")}`);
    sent(answer);
  }

  function redraw() {
    draw(list, sendings.map(row));
  }

  function row(sending) {
    const { file, state, why, percent, isLost } = sending;
    const words = {
      waiting: () => html`<p>${say("media.send.waits")}</p>`,
      sending: () =>
        html`<div class="progress">
          <progress max="100" .value=${percent} aria-label=${file.name}></progress>
          <span>${say(percent === 100 ? "media.send.received" : "media.send.percent", { percent })}</span>
        </div>`,
      received: () => html`<p>${say("media.send.received")}</p>`,
      stopped: () => html`<p>${say("media.send.stopped")}</p>`,
      refused: () =>
        html`<p class="refused" role="alert" data-refused>${icon("alert")}<span>${why}</span></p>`,
    };
    return html`<li class="on-its-way" ?data-ended=${hasEnded(sending)}>
      <bdi class="name">${file.name}</bdi>${words[state]()}
      ${["waiting", "sending"].includes(state) ? button("media.send.stop", () => stop(sending)) : nothing}
      ${isLost ? button("media.send.again", () => again(sending)) : nothing}
      ${state === "received" && sending.same ? sameNotice(sending) : nothing}
    </li>`;
  }

  function stop(sending) {
    sending.stop.abort();
    if (sending.state !== "waiting") return;
    remove(sending);
    after();
  }

  function again(sending) {
    change(sending, { state: "waiting", isLost: false, percent: 0, stop: new AbortController() });
    next();
  }

  /** The same file is in the library already: whoever sent it chooses whether the new one stays. */
  function sameNotice(sending) {
    const { same, medium, problem = "" } = sending;
    const dropNew = async () => {
      const why = await drop(medium, same.medium);
      if (why) change(sending, { problem: why });
      else remove(sending);
    };
    const keepBoth = () => {
      change(sending, { same: null });
      after();
    };
    return html`<div class="notice same" data-same role="alert">
      ${icon("alert")}
      <p>${say("media.same", { name: same.name || say("media.same.unnamed") })}</p>
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
