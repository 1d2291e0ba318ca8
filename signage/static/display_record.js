// What this screen really showed, numbered and kept in the browser until the server has counted it: through
// outages and reloads. Storage is passed in: IndexedDB in a browser (`openStore`), a list in tests.

const EVERY_MS = 3_600_000; // one report, and so one fact of the journal, an hour
const SPREAD_MS = 5 * 60_000;
export const BATCH = 500;
const MOST_KEPT = 50_000;
const REFUSED = [400, 422];

/**
 * Return a record: `add(display)` keeps `{notice, item, from, to, outcome, isWhole}`; `tell()` reports what
 * is kept, through `post(body)`, which answers `{status, body}`; one report at a time, and the same displays
 * again until they are counted. It answers whether nothing is left to report. `tellDue(at)` does so once
 * an hour with displays is over: after an outage. What is not its own (this browser was another screen
 * before) is forgotten: nobody may report it any more.
 */
export function createRecord({ store, post, isOwn = (_display) => true }) {
  let isTelling = false;
  let last = Promise.resolve();

  /** Displays are kept one after the other, in the order they ended. */
  function add(display) {
    last = last
      .then(() => store.add(display))
      .then((number) => number > MOST_KEPT && store.removeUpTo(number - MOST_KEPT))
      .catch((error) => console.warn(error));
    return last;
  }

  async function tell() {
    if (isTelling) return false;
    isTelling = true;
    try {
      await last;
      while (await tellSome());
      return (await store.oldest(1)).length === 0;
    } catch (error) {
      if (!(error instanceof TypeError)) console.warn(error); // no network: later
      return false;
    } finally {
      isTelling = false;
    }
  }

  async function tellDue(at) {
    await last;
    const [oldest] = await store.oldest(1);
    return oldest && hourOf(oldest.to) < hourOf(at) ? tell() : false;
  }

  /** Report the oldest displays; whether there may be more to report at once. */
  async function tellSome() {
    const displays = await store.oldest(BATCH);
    if (!displays.length) return false;
    const foreign = displays.filter((display) => !isOwn(display));
    for (const { number } of foreign) await store.remove(number);
    if (foreign.length) return true;
    const { status, body } = await post({ record: await store.name(), displays: displays.map(rowOf) });
    if (status === 200) {
      await store.removeUpTo(body.last);
      return body.last >= displays[0].number;
    }
    if (!REFUSED.includes(status)) return false; // not the displays' fault: later
    // one that can never be counted must not keep the others from it
    const wrong = displays.find(({ number }) => number === body?.number) ?? displays[0];
    console.warn(`display ${wrong.number} was refused: ${body?.code}`);
    await store.remove(wrong.number);
    return true;
  }

  return { add, tell, tellDue };
}

const rowOf = ({ number, notice, item, from, to, outcome, isWhole }) => ({
  number,
  notice,
  item,
  began_at: new Date(from).toISOString(),
  ended_at: new Date(to).toISOString(),
  outcome,
  is_whole: isWhole ?? null, // kept by an earlier release
});

const hourOf = (at) => Math.floor(at / EVERY_MS);

/** In how many milliseconds to report next: when the hour is over, never all screens at once. */
export const nextReportMs = (at, chance = Math.random()) =>
  (hourOf(at) + 1) * EVERY_MS - at + chance * SPREAD_MS;

/** The store of a record in IndexedDB: numbers grow by themselves and are never used twice. */
export function openStore(indexedDB = globalThis.indexedDB) {
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open("parvis-displays", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("displays", { keyPath: "number", autoIncrement: true });
      request.result.createObjectStore("name").put(crypto.randomUUID(), "name");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const using = async (name, mode, work) => {
    const stored = (await opened).transaction(name, mode).objectStore(name);
    return new Promise((resolve, reject) => {
      const request = work(stored);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  };
  return {
    name: () => using("name", "readonly", (stored) => stored.get("name")),
    add: (display) => using("displays", "readwrite", (stored) => stored.add(display)),
    oldest: (most) => using("displays", "readonly", (stored) => stored.getAll(null, most)),
    remove: (number) => using("displays", "readwrite", (stored) => stored.delete(number)),
    removeUpTo: (number) =>
      using("displays", "readwrite", (stored) => stored.delete(IDBKeyRange.upperBound(number))),
  };
}
