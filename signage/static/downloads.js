// The files of the programme, kept by the browser for when there is no network, and the state they are in.

const MEDIA = "parvis-media";
const SPREAD_MS = 10_000;
const AGAIN_MS = 60_000;

/**
 * The state of a player: that of its downloads. Without the server, or past the end of its windows, changes
 * are unknown.
 */
export const stateOf = (phase, isCurrent) =>
  phase === "up to date" && !isCurrent ? "possibly outdated" : phase;

/**
 * Return downloads: `want(urls)` fetches missing files and forgets those no longer needed, the old ones last.
 * A hundred screens wait a random delay before they ask; the first programme of a screen waits for nothing.
 * `stop()`: the server refuses this screen; missing files are not requested until the next `want`.
 */
export function createDownloads({
  storage = globalThis.caches,
  get = globalThis.fetch,
  wait = pause,
  onPhase,
}) {
  let current = null; // {key}: a new one whenever other files are needed
  let phase = "unknown";

  async function want(urls) {
    const key = JSON.stringify([...new Set(urls)].sort());
    if (key === current?.key || !storage) return;
    const isFirst = current === null;
    const mine = { key };
    current = mine;
    const isCurrent = () => current === mine;
    for (let isAgain = false; isCurrent(); isAgain = true) {
      if (await bring(JSON.parse(key), { isCurrent, spread: isFirst || isAgain ? 0 : SPREAD_MS })) return;
      await wait(AGAIN_MS);
    }
  }

  /** Whether all files are there at the end. */
  async function bring(urls, { isCurrent, spread }) {
    const kept = await storage.open(MEDIA);
    const missing = [];
    for (const url of urls) if (!(await kept.match(url))) missing.push(url);
    if (missing.length) {
      enter("pending");
      await wait(Math.random() * spread);
      if (!isCurrent()) return false;
      enter("downloading");
    }
    let isWhole = true;
    for (const url of missing) isWhole = (await download(kept, url)) && isWhole;
    if (!isCurrent()) return false;
    if (isWhole) await forget(kept, urls);
    enter(isWhole ? "up to date" : "not updated");
    return isWhole;
  }

  async function download(kept, url) {
    try {
      // past the browser's own cache, which holds parts of a film that plays already and would answer with
      // one; a picture that is shown meanwhile is fetched once
      const cache = url.endsWith(".webm") ? "no-store" : "default";
      const answer = await get(url, { credentials: "same-origin", cache });
      if (answer.status === 200) await kept.put(url, answer);
      return answer.status === 200;
    } catch {
      return false; // no network, or no room on the disk
    }
  }

  async function forget(kept, urls) {
    const needed = new Set(urls);
    for (const { url } of await kept.keys()) if (!needed.has(new URL(url).pathname)) await kept.delete(url);
  }

  function stop() {
    current = null;
  }

  function enter(next) {
    phase = next;
    onPhase(phase);
  }

  return { want, stop };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
