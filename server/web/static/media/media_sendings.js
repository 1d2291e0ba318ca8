// Files on their way to the library, one after the other: each with its progress, its refusal beside its
// name, and its presses. What fails keeps no other back.

import { element, setText } from "../shared/dom.js";
import { uploadFile } from "../shared/uploads.js";
import { oneAtATime } from "../shared/verbs.js";
import { refusalOf, uploadAddress } from "./media_state.js";

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
  /** @type {{ file: File, site: string, row: HTMLElement }[]} */
  const waiting = [];
  /** @type {Map<string, { row: HTMLElement, file: File }>} */
  const arrived = new Map(); // rows of media that are prepared now
  const next = oneAtATime(async () => {
    for (let sending = waiting.shift(); sending; sending = waiting.shift()) await send(sending);
  });

  return {
    /** Says beside its name why a file cannot be shown, once the server has looked at it. */
    prepared({ medium, refusal }) {
      const found = arrived.get(medium);
      arrived.delete(medium);
      if (found && refusal) refuse(found.row, found.file, refusal.detail);
    },

    /** Sends files to a site, after those that wait; what has ended leaves the list. */
    add(files, site) {
      for (const row of list.querySelectorAll("[data-ended]")) row.remove();
      for (const file of files) {
        const row = list.appendChild(element("li", { class: "on-its-way" }));
        const refusal = refusalOf(file, mediaBytes);
        if (refusal) refuse(row, file, say(refusal.key, refusal.values));
        else wait({ file, site, row });
      }
      next();
    },
  };

  function wait(sending) {
    const { file, row } = sending;
    draw(row, file, element("p", {}, say("media.send.waits")), [
      button("media.send.stop", () => {
        waiting.splice(waiting.indexOf(sending), 1);
        row.remove();
        after();
      }),
    ]);
    waiting.push(sending);
  }

  async function send(sending) {
    const { file, site, row } = sending;
    const stop = new AbortController();
    const words = element("span", {}, say("media.send.percent", { percent: 0 }));
    const bar = element("progress", { max: 100, value: 0, "aria-label": file.name });
    draw(row, file, element("div", { class: "progress" }, bar, words), [
      button("media.send.stop", () => stop.abort()),
    ]);
    const { status, body } = await uploadFile(file, {
      address: uploadAddress(address, site, file.name),
      signal: stop.signal,
      onPercent: (percent) => {
        bar.value = percent;
        const key = percent === 100 ? "media.send.received" : "media.send.percent";
        setText(words, say(key, { percent }));
      },
    });
    if (status === 201) return received(row, file, body);
    if (stop.signal.aborted) {
      draw(row, file, element("p", {}, say("media.send.stopped")), [], { isEnded: true });
      return after();
    }
    refuse(row, file, body?.detail ?? say("media.send.lost"), status === 0 ? sending : null);
  }

  /** @param {Api.UploadedAnswer} answer */
  function received(row, file, answer) {
    draw(row, file, element("p", {}, say("media.send.received")), [], { isEnded: true });
    tell(`${file.name} : ${say("media.send.received")}`);
    arrived.set(answer.medium, { row, file });
    if (answer.same_as) offerDrop(row, answer);
    sent(answer);
  }

  /** The same file is in the library already: whoever sent it chooses whether the new one stays. */
  function offerDrop(row, { medium, same_as: same }) {
    const problem = element("p", { role: "alert" });
    const notice = element(
      "div",
      { class: "notice same", "data-same": true, role: "alert" },
      element("i", { class: "icon icon-alert" }),
      element("p", {}, say("media.same", { name: same.name || say("media.same.unnamed") })),
      problem,
      element(
        "p",
        { class: "pressing" },
        button(
          "media.same.drop",
          async () => {
            const why = await drop(medium, same.medium);
            setText(problem, why);
            if (!why) row.remove();
          },
          { "data-drop": true },
        ),
        button("media.same.both", () => {
          notice.remove();
          after();
        }),
      ),
    );
    row.append(notice);
  }

  function refuse(row, file, why, again = null) {
    const words = element(
      "p",
      { class: "refused", role: "alert", "data-refused": true },
      element("i", { class: "icon icon-alert" }),
      element("span", {}, why),
    );
    const presses = again
      ? [
          button("media.send.again", () => {
            wait(again);
            next();
          }),
        ]
      : [];
    draw(row, file, words, presses, { isEnded: !again });
  }

  function draw(row, file, words, presses, { isEnded = false } = {}) {
    row.toggleAttribute("data-ended", isEnded);
    row.replaceChildren(element("bdi", { class: "name" }, file.name), words, ...presses);
  }

  function button(key, press, more = {}) {
    const made = element("button", { type: "button", class: "small", ...more }, say(key));
    made.addEventListener("click", press);
    return made;
  }
}
