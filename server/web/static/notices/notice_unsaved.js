// What is typed and not yet saved, kept in this browser: a closed page, a lost network or a refusal loses
// nothing. It is found again by the same person on the same computer only.

const PREFIX = "parvis.notice.";
const KEPT_MS = 30 * 86_400_000;

/**
 * Keeps the text of a notice (null: of a new one) for a person. `storage` and `now` (milliseconds) are passed
 * in by tests. A browser that keeps nothing answers false.
 *
 * @param {{ login: string, storage?: Storage, now?: () => number }} person
 */
export function createKept({ login, storage = globalThis.localStorage, now = Date.now }) {
  const keyOf = (notice) => `${PREFIX}${login}.${notice ?? "new"}`;
  dropOld();
  return { keep, find, forget };

  /** Nothing stays longer than thirty days, whoever typed it. */
  function dropOld() {
    try {
      for (const key of Object.keys(storage).filter((each) => each.startsWith(PREFIX)))
        if (!(now() - JSON.parse(storage.getItem(key) ?? "null")?.at < KEPT_MS)) storage.removeItem(key);
    } catch {
      // a browser that keeps nothing has nothing to drop
    }
  }

  /** @returns {boolean} whether it is kept */
  function keep(notice, { content, version }) {
    try {
      storage.setItem(keyOf(notice), JSON.stringify({ content, version, at: now() }));
      return true;
    } catch {
      return false;
    }
  }

  /** What is kept, with when (`at`) and from which version; null for nothing, or after thirty days. */
  function find(notice) {
    try {
      const found = JSON.parse(storage.getItem(keyOf(notice)) ?? "null");
      return found?.content && now() - found.at < KEPT_MS ? found : null;
    } catch {
      return null;
    }
  }

  function forget(notice) {
    try {
      storage.removeItem(keyOf(notice));
    } catch {
      // a browser that keeps nothing has nothing to forget
    }
  }
}
