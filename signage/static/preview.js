// A screen page that shows a notice before it is published, for a signed-in person, without calls or a
// socket.

const ASKED_AGAIN_MS = 20_000; // often enough not to count as a dead connection

/**
 * Send the page around this one the number of pages the notice makes here: `{beside, alone, isForced}`, null
 * for no text.
 */
export function tellPageCounts(pages) {
  parent.postMessage({ pages }, location.origin);
}

/**
 * Replaces the screen's connection; `on` has the same callbacks. Hall, screen, notice and version are in the
 * address.
 */
export function connectPreview({ location, on }) {
  const given = new URLSearchParams(location.search);
  const path = `/api/v1/halls/${encodeURIComponent(given.get("hall") ?? "")}`;
  const query = new URLSearchParams(
    ["screen", "notice", "version"].map((name) => [name, given.get(name) ?? ""]),
  );
  let isConnected = false;
  setTimeout(() => {
    // once the page holds what is returned here
    connected();
    fetchAll();
  });
  setInterval(fetchAll, ASKED_AGAIN_MS);
  return {
    fetchSoon: () => {},
    restart: fetchAll,
    ask: () => Promise.reject(new Error("a preview tells nothing")),
  };

  function connected() {
    isConnected = true;
    on.connected();
  }

  async function fetchAll() {
    const [board, screen] = await Promise.all([ask(`${path}/board`), ask(`${path}/screen?${query}`)]);
    if (!board || !screen) {
      isConnected = false;
      return on.refused();
    }
    if (!isConnected) connected();
    on.board({ ...board, calls: [], recent: [], queues: [], alert: null });
    on.screen({ ...screen, has_sound: false });
    return on.fetched();
  }

  async function ask(address) {
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" }).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }
}
