// The files a screen plays: one announcement, as loud as the hall's hours say, and whether the browser plays
// any.

import { LONGEST_SOUND_MS } from "./cards_state.js";

const TRIAL_MS = 1_000;
// of the 0.7 s between the two times; a browser tells the time of a sound four times a second
const BETWEEN_MS = 600;

/**
 * Play a file to its end. It may be left between its two times, at `onceMs`, when `mayStop()`, and stops at
 * once when `signal` aborts. `level()` is read repeatedly. Rejects when it cannot be played, or lasts too
 * long.
 */
export function playFile({ url, onceMs }, { level, mayStop, signal }) {
  return new Promise((resolve, reject) => {
    const audio = new Audio(url);
    audio.volume = level();
    const end = (settle) => (value) => {
      clearTimeout(deadline);
      audio.pause();
      settle(value);
    };
    const deadline = setTimeout(
      end(() => reject(new Error("too long"))),
      LONGEST_SOUND_MS,
    );
    signal.addEventListener("abort", end(resolve), { once: true });
    audio.addEventListener("ended", end(resolve), { once: true });
    audio.addEventListener("timeupdate", () => {
      audio.volume = level();
      if (isBetween(audio.currentTime * 1000, onceMs) && mayStop()) end(resolve)();
    });
    audio.addEventListener(
      "error",
      end(() => reject(new Error(`cannot play ${url}`))),
      { once: true },
    );
    audio.play().catch(end(reject));
  });
}

/** Whether a sentence said twice is in the silence after its first time, where it may be stopped. */
const isBetween = (atMs, onceMs) => onceMs !== undefined && atMs >= onceMs && atMs < onceMs + BETWEEN_MS;

/** Ask whether this browser plays sound without a touch, before a call is missed. */
export function trySound(onRefused) {
  const context = new AudioContext();
  setTimeout(() => {
    if (context.state === "suspended") onRefused();
    context.close();
  }, TRIAL_MS);
}

/** The bytes of a sound: kept by the page's worker, or fetched; it travels once. */
export async function keptSound(url) {
  const kept = await globalThis.caches?.match(url);
  const answer =
    kept ?? (await fetch(url, { credentials: "same-origin", headers: { "X-Caller": "device" } }));
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.arrayBuffer();
}
