// A draft that the server keeps while somebody works: saved a moment after each edit, one save at a time.
// With a `store`, it stays on this computer until it is saved.

import { attempt } from "./stored.js";

const QUIET_MS = 700;
const PACE_MS = 2000;
const RETRY_MS = 5000;
const BARRED = new Set([401, 403]);

/**
 * Keeps `content` saved. `put(body)` answers {ok, status, body, problem}; `tell(state)` receives "saved",
 * "waiting", "saving", "halted", "barred" or "unreachable"; `took(answer)` receives the server's check;
 * `collided(problem)` is called when another person has saved or published meanwhile. `store` is a Storage of
 * this browser. `baseOf(answer)` is what the next save is based on. `isPaced`: saved every two seconds while
 * somebody types, not once they pause. `later(work, ms)` and `stop(timer)` are timers.
 */
export function createDraft({
  put,
  baseOf,
  tell,
  took,
  collided,
  key = "",
  store = /** @type {Storage | null} */ (null),
  isPaced = false,
  later = setTimeout,
  stop = clearTimeout,
}) {
  let content = null;
  /** @type {Record<string, any>} */
  let base = {};
  let edits = 0;
  let timer = null;
  let sending = null;
  let isHalted = false;

  return {
    /**
     * Begins with what the server has; answers what an earlier page of this browser could not save, if
     * anything.
     */
    begin(fresh, from) {
      content = fresh;
      base = from;
      edits = 0;
      isHalted = false;
      const left = kept();
      forget();
      return left && JSON.stringify(left.content) !== JSON.stringify(fresh) ? left : null;
    },
    /** Resumes unsaved changes, on the draft or its base revision. */
    takeUp(left) {
      ({ content, ...base } = left);
      edited();
      return content;
    },
    edited,
    /** Saves at once; resolves when nothing is left to save or it cannot be saved now. */
    flush() {
      stopTimer();
      return save();
    },
    get isSaved() {
      return edits === 0 && !sending;
    },
    /** Sends what is not saved when the page is left: no answer is waited for. */
    leave() {
      if (edits > 0 && !isHalted) put({ ...base, content }, { keepalive: true });
    },
    /** Waits for the save under way, and begins no other. */
    pause() {
      stopTimer();
      return sending ?? Promise.resolve();
    },
    /** Nothing is left to save: it was merged with another person's save, or given up. */
    settle() {
      stopTimer();
      edits = 0;
      isHalted = false;
      forget();
    },
    /** Saves in place of another save, which somebody saw. */
    overwrite(/** @type {Record<string, any>} */ other) {
      base = other;
      isHalted = false;
      return save();
    },
    /** Continues to save: it could not be merged with another person's save. */
    resume(detail) {
      isHalted = false;
      saveLater(detail);
    },
    get base() {
      return base;
    },
    get content() {
      return content;
    },
  };

  function edited(fresh = content) {
    content = fresh;
    edits += 1;
    keep();
    if (isHalted) return;
    tell("waiting");
    if (!isPaced || timer === null) saveIn(isPaced ? PACE_MS : QUIET_MS);
  }

  function stopTimer() {
    stop(timer);
    timer = null;
  }

  function saveIn(/** @type {number} */ ms) {
    stop(timer);
    timer = later(() => {
      timer = null;
      return save();
    }, ms);
  }

  function save() {
    if (sending) return sending.then(save);
    if (edits === 0 || isHalted) return Promise.resolve();
    sending = send().finally(() => (sending = null));
    return sending;
  }

  async function send() {
    const sent = edits;
    tell("saving");
    const answer = await put({ ...base, content });
    if (answer.ok) {
      base = baseOf(answer.body);
      edits = Math.max(0, edits - sent); // it may have been settled meanwhile
      if (edits === 0) forget();
      took(answer.body);
      tell(edits === 0 ? "saved" : "waiting");
      if (edits > 0) saveIn(isPaced ? PACE_MS : QUIET_MS);
    } else if (answer.status === 409) {
      isHalted = true;
      tell("halted");
      collided(answer.problem);
    } else if (BARRED.has(answer.status)) {
      tell("barred", answer.problem?.detail); // nothing comes of trying again by itself; the next edit does
    } else {
      saveLater(answer.problem?.detail);
    }
  }

  function saveLater(detail) {
    tell("unreachable", detail);
    saveIn(RETRY_MS);
  }

  // where nothing may be kept, the page itself still has it
  function keep() {
    attempt(() => store?.setItem(key, JSON.stringify({ ...base, content })));
  }

  function kept() {
    return attempt(() => JSON.parse(store?.getItem(key) ?? "null"));
  }

  function forget() {
    attempt(() => store?.removeItem(key));
  }
}
