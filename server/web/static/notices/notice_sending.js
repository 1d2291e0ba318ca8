// One file on its way from the editor to the library: its progress, its refusal beside its name, and the
// words that say what it shows.

import { element, setText } from "../shared/dom.js";
import { uploadFile } from "../shared/uploads.js";
import { describe, whenPrepared } from "./notice_upload.js";

const MEDIA = "/api/v1/media";
const LONGEST_TEXT = 240;

/**
 * Sends a file at once. `ready` gets the medium once it has words; `left` hears that the row has gone without
 * one. `lacking()` is the field that still needs words, null for none; `work()` ends with what is under way.
 *
 * @param {File} file
 * @param {{ id: string, say: any, ready: (medium: Api.MediumAnswer) => void, left: () => void }} parts
 */
export function createSending(file, { id, say, ready, left }) {
  /** @type {Api.MediumAnswer | null} */
  let found = null; // once it is prepared
  let isOver = false;
  const words = element("textarea", {
    id,
    rows: 2,
    maxlength: LONGEST_TEXT,
    "aria-describedby": `${id}-name`,
  });
  const status = element("span", { role: "status" });
  const bar = element("progress", { max: 100, value: 0, "aria-label": file.name });
  const wordsField = element(
    "div",
    { class: "field" },
    element("label", { for: id }, say("notices.medium.words")),
    words,
  );
  const leave = element("button", { type: "button", class: "small" });
  const row = element(
    "li",
    {},
    element("p", {}, element("bdi", { id: `${id}-name`, class: "name" }, file.name), " ", status),
    bar,
    wordsField,
    leave,
  );
  leave.addEventListener("click", () => {
    isOver = true;
    row.remove();
    left();
  });
  words.addEventListener("input", (event) => event.stopPropagation()); // no part of the notice yet
  words.addEventListener("change", () => (work = work.then(nameIt)));
  let work = upload();
  return {
    row,
    focus: () => words.focus(),
    work: () => work.then(nameIt),
    lacking: () => (isOver ? null : words),
  };

  async function upload() {
    leave.hidden = true;
    setText(status, say("notices.medium.sending"));
    const { status: answered, body } = await uploadFile(file, {
      address: `${MEDIA}?name=${encodeURIComponent(file.name)}`,
      onPercent: (percent) => {
        bar.value = percent;
      },
    });
    bar.remove();
    try {
      if (answered !== 201) throw new Error(body?.detail ?? "");
      setText(status, say("notices.medium.preparing"));
      found = await whenPrepared(body.medium);
      setText(status, say(words.value.trim() ? "notices.medium.ready" : "notices.medium.words_needed"));
      offerToLeave("notices.medium.leave");
      await nameIt();
    } catch (error) {
      fail(error);
    }
  }

  function offerToLeave(key) {
    setText(leave, say(key));
    leave.hidden = false;
  }

  function fail(error) {
    isOver = true;
    wordsField.remove();
    row.classList.add("refused");
    setText(status, (error instanceof Error && error.message) || say("notices.medium.lost"));
    offerToLeave("notices.medium.forget");
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
      setText(status, (error instanceof Error && error.message) || say("notices.medium.lost"));
    }
  }
}
