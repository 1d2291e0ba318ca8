// The captions of the film of a notice: typed a line each, or sent as a file; also while screens show it.

import { one } from "../shared/dom.js";
import { draw, field, html, live } from "../shared/drawing.js";
import { csrfHeader, read, uuid, whyNotRead } from "../shared/verbs.js";
import { captionsIn, linesOf, webvttOf } from "./caption_lines.js";

const LANGUAGES = ["fr", "en", "es"]; // a medium is described in

/** Makes the part; `show(content)` brings the film of a notice, and hides the part where there is none. */
export function createCaptions(section, { say }) {
  const place = one('[data-list="captions"]', section);
  const now = { film: "", language: "fr", text: "", isTyped: false, said: "", isRefused: false };

  function show({ kind, medium }) {
    const film = kind === "video" ? (medium ?? "") : "";
    if (film === now.film) return;
    section.hidden = !film;
    change({ film, text: "", isTyped: false, said: "" });
    if (film) load();
  }

  function change(values) {
    Object.assign(now, values);
    const option = (code) =>
      html`<option value=${code} .selected=${live(code === now.language)}>${say(`notices.captions.${code}`)}</option>`;
    const select = html`<select id="captions-language" @change=${({ target }) => choose(target.value)}>
      ${LANGUAGES.map(option)}
    </select>`;
    const lines = html`<textarea id="captions-lines" rows="6" lang=${now.language} aria-describedby="captions-hint"
      .value=${live(now.text)} @input=${({ target }) => Object.assign(now, { text: target.value, isTyped: true })}></textarea>`;
    const file = html`<input id="captions-file" type="file" accept=".vtt,.srt,text/vtt" @change=${sendFile} />`;
    draw(
      place,
      html`${field("captions-language", say("notices.captions.language"), select)}
        ${field("captions-lines", say("notices.captions.lines"), lines)}
        <small id="captions-hint">${say("notices.captions.hint")}</small>
        ${field("captions-file", say("notices.captions.file"), file)}
        <p class=${now.isRefused ? "problem" : "muted"} role="status">${now.said}</p>
        <button type="button" data-keep-captions @click=${keep}>${say("notices.captions.keep")}</button>`,
    );
  }

  const address = () => `/api/v1/media/${encodeURIComponent(now.film)}/captions/${now.language}`;

  function choose(language) {
    change({ language, text: "", isTyped: false, said: "" });
    load();
  }

  async function load() {
    const path = address();
    try {
      /** @type {Api.CaptionsAnswer} */
      const { captions } = await read(path);
      if (path === address() && !now.isTyped) change({ text: linesOf(captions) });
    } catch (error) {
      change({ said: whyNotRead(error, say), isRefused: true });
    }
  }

  function keep() {
    const { captions, line } = captionsIn(now.text);
    if (!captions) return change({ said: say("notices.captions.line", { line }), isRefused: true });
    return put(captions.length ? webvttOf(captions) : null);
  }

  async function sendFile({ target }) {
    const [file] = target.files ?? [];
    target.value = "";
    if (!file || !(await put(file))) return;
    change({ isTyped: false });
    await load();
  }

  /** Sends captions, or takes them away (null). Whether they were taken. */
  async function put(body) {
    const answer = await fetch(address(), {
      method: body === null ? "DELETE" : "PUT",
      headers: {
        Accept: "application/json",
        "Content-Type": "text/vtt",
        "Idempotency-Key": uuid(),
        ...csrfHeader(),
      },
      body,
    }).catch(() => null);
    const found = await answer?.json().catch(() => null);
    const said = answer?.ok ? say("notices.captions.kept") : (found?.detail ?? say("notices.medium.lost"));
    change({ said, isRefused: !answer?.ok });
    return Boolean(answer?.ok);
  }

  return { show };
}
