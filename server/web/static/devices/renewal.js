// A device's page exchanges its token when the server requests it: its cookie is replaced, the page
// continues.

const TRIED_AFTER_MS = [0, 1_000, 3_000, 10_000, 30_000, 60_000];
const TOO_MANY = 429; // one address: a hall's devices behind one router
const ANSWER_WITHIN_MS = 8_000;

/**
 * Exchanges the token for a new one with the nonce `told`; repeating it after a lost answer gives the same
 * result. Returns whether it succeeded.
 */
export async function renewToken({ told: nonce }, { fetch = globalThis.fetch, pause = wait } = {}) {
  for (const ms of TRIED_AFTER_MS) {
    await pause(ms);
    try {
      const answer = await fetch("/device/renewal", {
        method: "POST",
        credentials: "same-origin",
        cache: "no-store",
        body: JSON.stringify({ told: nonce }),
        headers: { "Content-Type": "application/json", "X-Caller": "device" },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      if (answer.ok) return true;
      if (answer.status < 500 && answer.status !== TOO_MANY) return false;
    } catch {
      /* the answer was lost: asked again */
    }
  }
  return false;
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
