// A file that the editor sent to the library: waits until it is prepared, and writes what it shows.

import { csrfHeader, read, send } from "../shared/verbs.js";

const MEDIA = "/api/v1/media";
const ASK_EVERY_MS = 700;

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
