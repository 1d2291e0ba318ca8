// One file on its way from the editor to the library: its progress, its refusal beside its name, and the
// words that say what it shows.

import { element } from "../shared/dom.js";
import { draw, field, html, nothing } from "../shared/drawing.js";
import { uploadFile } from "../shared/uploads.js";
import { csrfHeader, read, send } from "../shared/verbs.js";

const MEDIA = "/api/v1/media";
const ASK_EVERY_MS = 700;
const LONGEST_TEXT = 240;

/**
 * Sends a file at once. `ready` gets the medium once it has words; `left` hears that the row has gone without
 * one. `lacking()` is the field that still needs words, null for none; `work()` ends with what is under way.
 *
 * @param {File} file
 * @param {{ id: string, say: any, ready: (medium: Api.MediumAnswer) => void, left: () => void }} parts
 */
export function createSending(file, { id, say, ready, left }) {
  const row = element("li");
  const now = {
    status: "notices.medium.sending",
    why: "",
    percent: 0,
    isSent: false,
    leave: "",
    isRefused: false,
  };
  /** @type {Api.MediumAnswer | null} */
  let found = null; // once it is prepared
  let isOver = false;
  change({});
  const words = /** @type {HTMLTextAreaElement} */ (row.querySelector("textarea"));
  let work = upload();
  return {
    row,
    focus: () => words.focus(),
    work: () => work.then(nameIt),
    lacking: () => (isOver ? null : words),
  };

  function change(values) {
    Object.assign(now, values);
    const { status, why, percent, isSent, leave, isRefused } = now;
    const typing = html`<textarea id=${id} rows="2" maxlength=${LONGEST_TEXT} aria-describedby=${`${id}-name`}
      @input=${(event) => event.stopPropagation() /* no part of the notice yet */}
      @change=${() => (work = work.then(nameIt))}></textarea>`;
    row.classList.toggle("refused", isRefused);
    draw(
      row,
      html`<p>
          <bdi id=${`${id}-name`} class="name">${file.name}</bdi>
          <span role="status">${why || say(status)}</span>
        </p>
        ${isSent ? nothing : html`<progress max="100" .value=${percent} aria-label=${file.name}></progress>`}
        ${isRefused ? nothing : field(id, say("notices.medium.words"), typing)}
        <button type="button" class="small" ?hidden=${!leave} @click=${giveUp}>
          ${leave && say(leave)}
        </button>`,
    );
  }

  function giveUp() {
    isOver = true;
    row.remove();
    left();
  }

  async function upload() {
    const { status, body } = await uploadFile(file, {
      address: `${MEDIA}?name=${encodeURIComponent(file.name)}`,
      onPercent: (percent) => change({ percent }),
    });
    change({ isSent: true });
    try {
      if (status !== 201) throw new Error(body?.detail ?? "");
      change({ status: "notices.medium.preparing" });
      found = await whenPrepared(body.medium);
      const isNamed = words.value.trim();
      change({
        status: isNamed ? "notices.medium.ready" : "notices.medium.words_needed",
        leave: "notices.medium.leave",
      });
      await nameIt();
    } catch (error) {
      isOver = true;
      change({ why: whyOf(error), isRefused: true, leave: "notices.medium.forget" });
    }
  }

  function whyOf(error) {
    return (error instanceof Error && error.message) || say("notices.medium.lost");
  }

  /** Gives the medium away once it is prepared and somebody has said what it shows. */
  async function nameIt() {
    const text = words.value.trim();
    if (!found || !text || isOver) return;
    try {
      const medium = await describe(found.medium, text);
      if (isOver) return;
      isOver = true;
      row.remove();
      ready(medium);
    } catch (error) {
      change({ why: whyOf(error) });
    }
  }
}

/**
 * The medium once it is prepared. Throws an Error with the sentence of its refusal.
 *
 * @param {string} medium
 * @returns {Promise<Api.MediumAnswer>}
 */
async function whenPrepared(medium) {
  for (;;) {
    /** @type {Api.MediumAnswer} */
    const found = await read(`${MEDIA}/${encodeURIComponent(medium)}`);
    if (found.state === "ready") return found;
    if (found.refusal) throw new Error(found.refusal.detail);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/**
 * Writes what a medium shows, in French, for who cannot see it. Throws an Error with the refusal's sentence.
 *
 * @param {string} medium
 * @param {string} text
 * @returns {Promise<Api.MediumAnswer>}
 */
async function describe(medium, text) {
  const path = `${MEDIA}/${encodeURIComponent(medium)}`;
  const answer = await send({ method: "PATCH", path, body: { texts: { fr: text } }, headers: csrfHeader() });
  if (!answer.ok) throw new Error(answer.problem?.detail ?? "");
  return answer.body;
}
