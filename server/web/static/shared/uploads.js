// One file sent to the library of media, with how much of it has left.

import { csrfHeader, uuid } from "./verbs.js";

const RETRY_AFTER_S = 10; // where the server does not say

/**
 * What came of it: `status` 0: no answer came, or it was stopped. `retryAfterS`: where the server wants no
 * more for now, the seconds after which it takes some again.
 * @typedef {{ status: number, body: any, retryAfterS: number }} Uploaded
 */

/** How much of an upload has been sent, in whole percent; null while its size is unknown. */
export function percent(sent, whole) {
  return whole > 0 ? Math.min(100, Math.floor((100 * sent) / whole)) : null;
}

/**
 * Sends a file. `onPercent` hears whole percents, `signal` stops it.
 *
 * @param {File} file
 * @param {{ address: string, onPercent: (done: number) => void, signal?: AbortSignal }} how
 * @returns {Promise<Uploaded>}
 */
export function uploadFile(file, { address, onPercent, signal }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    const headers = {
      Accept: "application/json",
      "Content-Type": "application/octet-stream",
      "Idempotency-Key": uuid(),
      ...csrfHeader(),
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const found = percent(loaded, total);
      if (found !== null) onPercent(found);
    });
    request.addEventListener("load", () => {
      const retryAfterS = Number(request.getResponseHeader("Retry-After")) || RETRY_AFTER_S;
      resolve({ status: request.status, body: request.response, retryAfterS });
    });
    for (const end of ["error", "abort"])
      request.addEventListener(end, () => resolve({ status: 0, body: null, retryAfterS: RETRY_AFTER_S }));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** Lets files be dropped on a place; `take` gets those of a drop. */
export function acceptDrops(/** @type {HTMLElement} */ place, /** @type {(files: FileList) => void} */ take) {
  const mark = (event, isOver) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("dropping", isOver);
  };
  place.addEventListener("dragover", (event) => mark(event, true));
  place.addEventListener("dragleave", (event) => mark(event, false));
  place.addEventListener("drop", (event) => {
    mark(event, false);
    const files = event.dataTransfer?.files;
    if (files?.length) take(files);
  });
}
