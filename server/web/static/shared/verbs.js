// One write to the server: a POST (or PATCH, DELETE) that is repeated with the SAME Idempotency-Key after a
// lost answer. And one read, which is asked again when it did not arrive.

const RETRIED = new Set([502, 503, 504]);
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 8000];
const READ_WAITS_MS = [300, 1000, 3000];

/**
 * One write: POST where no method is named.
 * @typedef {{ method?: string, path: string, body?: unknown, headers?: Record<string, string> }} Write
 */
/**
 * What came of it. `status` 0: no answer ever came. `body` is what that address answers, null where nothing.
 * @typedef {{ ok: boolean, status: number, body: any, problem: Api.Problem | null }} Answer
 */
/**
 * @typedef {object} Sending
 * @property {typeof globalThis.fetch} [fetch]
 * @property {(ms: number) => Promise<unknown>} [pause]
 * @property {() => string} [newKey]
 * @property {(attempt: number) => void} [onRepeat] called before each repetition
 * @property {number} [repeats] how often it is sent again at most
 * @property {boolean} [keepalive] sent even if the page is left meanwhile; the body has less than 64 kB
 */

/** Whether an answer leaves us ignorant of what happened, so that the same key must be sent again. */
export function mustRepeat(status) {
  return RETRIED.has(status);
}

/**
 * Sends one verb until an answer is known.
 *
 * `headers` are added to the JSON ones. `fetch`, `pause` and `newKey` are passed in by tests.
 *
 * @param {Write} request
 * @param {Sending} [sending]
 * @returns {Promise<Answer>}
 */
export async function send(
  request,
  {
    fetch = globalThis.fetch,
    pause = wait,
    newKey = uuid,
    onRepeat,
    repeats = WAITS_MS.length,
    keepalive = false,
  } = {},
) {
  const { method = "POST", path, body, headers = {} } = request;
  /** @type {RequestInit & { headers: Record<string, string> }} */
  const options = {
    method,
    keepalive,
    credentials: "same-origin",
    headers: { Accept: "application/json", "Idempotency-Key": newKey(), ...headers },
  };
  if (method !== "DELETE" || body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body ?? {});
  }
  /** @type {Answer} */
  let last = { ok: false, status: 0, body: null, problem: null };
  for (let attempt = 0; ; attempt += 1) {
    try {
      last = await answerOf(await fetch(path, { ...options, signal: deadline(10000) }));
      if (!mustRepeat(last.status)) return endedTold(last);
    } catch {
      last = { ok: false, status: 0, body: null, problem: null };
    }
    if (attempt >= repeats) return last;
    onRepeat?.(attempt + 1);
    await pause(WAITS_MS[attempt]);
  }
}

/** What a press gets while the one before is on its way: nothing was sent. */
export const NOT_SENT = Object.freeze(
  /** @type {Answer} */ ({ ok: false, status: 0, body: null, problem: null }),
);

/**
 * The same work, but never twice at once: a second press while the first is on its way does nothing, and gets
 * `NOT_SENT`.
 *
 * @template Result
 * @param {(...given: any[]) => Promise<Result>} work
 * @returns {(...given: any[]) => Promise<Result | Answer>}
 */
export function oneAtATime(work) {
  let isUnderWay = false;
  return async (...given) => {
    if (isUnderWay) return NOT_SENT;
    isUnderWay = true;
    try {
      return await work(...given);
    } finally {
      isUnderWay = false;
    }
  };
}

/**
 * Why a write came to nothing, as a sentence: the server's own, or that no answer came.
 *
 * @param {Answer} answer
 * @param {ReturnType<typeof import("./sentences.js").sayer>} say
 */
export function whyNotDone({ status, problem }, say) {
  if (status === 0) return say("console.refused.no_answer");
  return problem?.detail ?? say("console.refused.unknown");
}

/**
 * Why a reading came to nothing, as a sentence.
 *
 * @param {unknown} error what `read` threw
 * @param {ReturnType<typeof import("./sentences.js").sayer>} say
 */
export function whyNotRead(error, say) {
  return answerIn(error)?.problem?.detail ?? say("console.refused.no_answer");
}

/**
 * Reads a JSON resource; throws when there is no good answer.
 *
 * What did not reach the server, a cable having been pulled or the network changed, is asked again a few
 * times: nothing else may tell a page soon that it has missed something. `fetch` and `pause` are passed in by
 * tests.
 *
 * @param {string} path
 * @param {Sending & { headers?: Record<string, string> }} [reading]
 * @returns {Promise<any>} what that address answers
 */
export async function read(path, { fetch = globalThis.fetch, pause = wait, headers = {} } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const isLast = attempt >= READ_WAITS_MS.length;
    try {
      const answer = await answerOf(
        await fetch(path, {
          credentials: "same-origin",
          headers: { Accept: "application/json", ...headers },
          signal: deadline(10000),
        }),
      );
      if (endedTold(answer).ok) return answer.body;
      if (isLast || !mustRepeat(answer.status))
        throw Object.assign(new Error(`GET ${path}: ${answer.status}`), { answer });
    } catch (error) {
      // fetch() calls what never arrived a TypeError
      if (isLast || !(error instanceof TypeError)) throw error;
    }
    await pause(READ_WAITS_MS[attempt]);
  }
}

/**
 * The header a page of a signed-in person sends, from its <meta name="csrf-token">.
 *
 * @param {ParentNode} [root]
 */
export function csrfHeader(root = document) {
  /** @type {HTMLMetaElement | null} */
  const token = root.querySelector('meta[name="csrf-token"]');
  return { "X-CSRFToken": token?.content ?? "" };
}

async function answerOf(response) {
  const text = await response.text();
  const type = response.headers.get("Content-Type") ?? "";
  const body = text && type.includes("json") ? JSON.parse(text) : null;
  return { ok: response.ok, status: response.status, body, problem: response.ok ? null : body };
}

/**
 * Where a page may no longer read its data, it says that the roles have changed.
 *
 * @param {unknown} error what `read` threw
 */
export function tellBarred(error) {
  const notice = answerIn(error)?.status === 403 && document.querySelector('[data-ended="forbidden"]');
  if (notice) notice.hidden = false;
}

/**
 * The answer that `read` threw an error for; undefined where none came.
 *
 * @param {unknown} error
 * @returns {Answer | undefined}
 */
export function answerIn(error) {
  return /** @type {{ answer?: Answer }} */ (error)?.answer;
}

/** Shows on a page at work that its session has ended, with the way to sign in again; answers the answer. */
function endedTold(answer) {
  const notice = answer.status === 401 && globalThis.document?.querySelector('[data-ended="not_signed_in"]');
  if (notice) notice.hidden = false;
  return answer;
}

function deadline(ms) {
  return typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(ms) : undefined;
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A random UUID; `crypto.randomUUID` is missing on plain http outside loopback. */
export function uuid() {
  if (globalThis.crypto.randomUUID) return globalThis.crypto.randomUUID();
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
