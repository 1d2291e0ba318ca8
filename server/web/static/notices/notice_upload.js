// Sends a file to the library from the editor, waits until it is prepared, and writes what it shows.

import { csrfHeader, read, send, uuid } from "../shared/verbs.js";

const MEDIA = "/api/v1/media";
const ASK_EVERY_MS = 700;

/**
 * Sends a file. Throws an Error whose message is the sentence of a refusal, empty where no answer came.
 *
 * @param {File} file
 * @returns {Promise<string>} the id of the medium, which is still prepared
 */
export async function sendFile(file) {
  const answer = await fetch(`${MEDIA}?name=${encodeURIComponent(file.name)}`, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/octet-stream",
      "Idempotency-Key": uuid(),
      ...csrfHeader(),
    },
    body: file,
  }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (!answer?.ok) throw new Error(body?.detail ?? "");
  return body.medium;
}

/**
 * The medium once it is prepared. Throws an Error with the sentence of its refusal.
 *
 * @param {string} medium
 * @returns {Promise<Api.MediumAnswer>}
 */
export async function whenPrepared(medium) {
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
export async function describe(medium, text) {
  const answer = await send({
    method: "PATCH",
    path: `${MEDIA}/${encodeURIComponent(medium)}`,
    body: { texts: { fr: text } },
    headers: csrfHeader(),
  });
  if (!answer.ok) throw new Error(answer.problem?.detail ?? "");
  return answer.body;
}
