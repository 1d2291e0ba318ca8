// A screen page that shows a notice before it is published, for a signed-in person, without calls or a
// socket.

const ASKED_AGAIN_MS = 20_000; // often enough not to count as a dead connection

// who is called in a preview beside calls: nobody is
const SOMEBODY = {
  call: "preview",
  rank: 1,
  number: "A001",
  counter: { id: "preview", label: "1", direction: {} },
};
const CALLED_MS = 60_000; // ago

const STEP_MS = 1_000; // a day in fast motion changes once a second: nothing flashes

let lastCounts = "";
let lastShown = "";
/** @type {{ at: number, speed: number, from: number } | null} */
let clock = null; // of a day in fast motion: its hour at an instant of this page

/** The hour that a preview shows: that of its day in fast motion, else the present one. */
export function shownAt(at) {
  if (!clock) return at;
  const passed = Math.floor((performance.now() - clock.from) / STEP_MS) * STEP_MS;
  return clock.at + passed * clock.speed;
}

/** Tells the page around this one which notice is on the screen in fast motion, and at which hour. */
export function tellShown(display) {
  const message = { notice: display?.notice ?? null, at: shownAt(0) };
  if (!clock || JSON.stringify(message) === lastShown) return;
  lastShown = JSON.stringify(message);
  parent.postMessage({ shown: message }, location.origin);
}

/**
 * Sends the page around this one what the notice makes in each room, where that is other than before:
 * `{beside, alone}`, each `{pages, isForced, isLarge}`, null for nothing. `items`: how many items it makes in
 * one language; `seconds`: how long a turn in it is.
 */
export function tellPageCounts(pages, programme) {
  const turn = programme.filter(
    ({ id, language }) => language === programme[0].language && id.endsWith(".0"),
  );
  const seconds = Math.round(turn.reduce((sum, { ms }) => sum + ms, 0) / 1000);
  const counts = { pages, items: turn.length, seconds };
  if (JSON.stringify(counts) === lastCounts) return;
  lastCounts = JSON.stringify(counts);
  parent.postMessage(counts, location.origin);
}

/**
 * Replaces the screen's connection; `on` has the same callbacks. Hall, screen, notice and version are in the
 * address. With `typed` the hall is open, and the page around this one sends the programme and the room as
 * often as something is typed: in the room `beside` somebody is called. With `look` it wears one that nobody
 * has published. With a `clock`, `{at, speed}`, the programme runs from that hour, so many times as fast.
 */
export function connectPreview({ location, on }) {
  const given = new URLSearchParams(location.search);
  const path = `/api/v1/halls/${encodeURIComponent(given.get("hall") ?? "")}`;
  const names = ["screen", "notice", "version"].filter((name) => given.has(name));
  const query = new URLSearchParams(names.map((name) => [name, given.get(name) ?? ""]));
  const isTyped = given.has("typed");
  let isConnected = false;
  let programme = null; // what is typed
  let room = given.get("room") ?? "alone";
  const look = given.has("look") && { look: JSON.parse(given.get("look") ?? "") };
  let last = null; // the screen as the server knows it
  if (isTyped) addEventListener("message", take);
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

  function take({ data, origin, source }) {
    if (origin !== location.origin || source !== parent || !data?.programme) return;
    if (data.clock) clock = { ...data.clock, from: performance.now() };
    ({ programme } = data);
    if (data.room && data.room !== room) {
      ({ room } = data);
      fetchAll(); // a board with or without somebody called
    }
    if (last) on.screen(screenNow());
  }

  function screenNow() {
    const open = { is_open: true, closes_at: null, next_opening_at: null };
    const nothing = { ...last.programme, items: [], hours: null };
    const own = isTyped ? { programme: programme ?? nothing } : {};
    return { ...last, ...((isTyped || look) && open), ...own, ...look, has_sound: false };
  }

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
    last = screen;
    const calledAt = new Date(Date.now() - CALLED_MS).toISOString();
    const calls = room === "beside" ? [{ ...SOMEBODY, called_at: calledAt }] : [];
    on.board({ ...board, calls, recent: [], queues: [], alert: null });
    on.screen(screenNow());
    return on.fetched();
  }

  async function ask(address) {
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" }).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }
}
