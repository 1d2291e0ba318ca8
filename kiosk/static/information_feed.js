// When the kiosk asks for the hall’s notices: after the menu, and when one begins or ends.

export const ASK_AT_MOST_EVERY_MS = 30_000;
const CHANGED_WITHIN_MS = 2_000; // so that a hall’s kiosks do not ask at once

/**
 * Asks when `want()` was called, or at `changes_at` of the last answer; the answer is given to `loaded`.
 *
 * @param {{ ask: () => Promise<any>, loaded: (found: any) => void, now: () => number,
 *   keep: (addresses: string[]) => void }} wiring
 */
export function openInformation({ ask, loaded, now, keep }) {
  let askedAt = -ASK_AT_MOST_EVERY_MS;
  let isWanted = false;
  let dueAt = null;
  let isAsking = false;

  // `serverNow`: milliseconds since 1970, by the server's clock
  async function tick(serverNow) {
    const isDue = isWanted || (dueAt !== null && serverNow >= dueAt);
    if (!isDue || isAsking || now() - askedAt < ASK_AT_MOST_EVERY_MS) return;
    isAsking = true;
    askedAt = now();
    try {
      const found = await ask();
      if (!found) return;
      isWanted = false;
      dueAt = found.changes_at ? Date.parse(found.changes_at) + Math.random() * CHANGED_WITHIN_MS : null;
      loaded(found);
      keep(picturesOf(found));
    } catch {
      /* what was fetched stays readable; asked again later */
    } finally {
      isAsking = false;
    }
  }

  return {
    tick,
    want() {
      isWanted = true;
    },
  };
}

export const picturesOf = ({ notices }) => [
  ...new Set(
    notices
      .flatMap(({ texts }) => texts)
      .flatMap(({ blocks }) => blocks)
      .map(({ url }) => url)
      .filter(Boolean),
  ),
];

// Fetched once, so that the browser has them when the server is away.
export function openPictures(get) {
  const kept = new Set();
  return async (addresses) => {
    for (const address of addresses.filter((each) => !kept.has(each))) {
      try {
        const answer = await get(address);
        await answer.arrayBuffer();
        if (answer.ok) kept.add(address);
      } catch {
        return; // the server is away: tried again with the next answer
      }
    }
  };
}
