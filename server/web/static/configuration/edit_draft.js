// The draft of a document: saved a moment after each edit, one save at a time, kept on this computer until it
// is.

import { attempt } from "../shared/stored.js";

const QUIET_MS = 700;
const RETRY_MS = 5000;
const BARRED = new Set([401, 403]);

/**
 * Keeps `content` saved. `put(body)` answers {ok, status, body, problem}; `tell(state)` receives "saved",
 * "waiting", "saving", "halted", "barred" or "unreachable"; `took(answer)` receives the server's check;
 * `collided(problem)` is called when another person has saved or published meanwhile. `store` is a Storage of
 * this browser; `later(work, ms)` and `stop(timer)` are timers.
 */
export function createDraft({
  key,
  put,
  tell,
  took,
  collided,
  store,
  later = setTimeout,
  stop = clearTimeout,
}) {
  let content = null;
  let base = { base_revision: 0, draft_version: null };
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
      content = left.content;
      base = { base_revision: left.base_revision, draft_version: left.draft_version };
      edited();
      return content;
    },
    edited,
    /** Saves at once; resolves when nothing is left to save or it cannot be saved now. */
    flush() {
      stop(timer);
      return save();
    },
    get isSaved() {
      return edits === 0 && !sending;
    },
    /** Nothing is left to save: it was merged with another person's save, or given up. */
    settle() {
      edits = 0;
      isHalted = false;
      forget();
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

  function edited() {
    edits += 1;
    keep();
    if (isHalted) return;
    tell("waiting");
    stop(timer);
    timer = later(save, QUIET_MS);
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
      base = { base_revision: answer.body.base_revision, draft_version: answer.body.version };
      edits -= sent;
      if (edits === 0) forget();
      took(answer.body);
      tell(edits === 0 ? "saved" : "waiting");
      if (edits > 0) timer = later(save, QUIET_MS);
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
    stop(timer);
    timer = later(save, RETRY_MS);
  }

  // where nothing may be kept, the page itself still has it
  function keep() {
    attempt(() => store.setItem(key, JSON.stringify({ ...base, content })));
  }

  function kept() {
    return attempt(() => JSON.parse(store.getItem(key)));
  }

  function forget() {
    attempt(() => store.removeItem(key));
  }
}
