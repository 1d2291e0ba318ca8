// The screen's connection: token exchange, fetches after a connection or a nudge, live messages. No polling.

import { createReturn } from "/assets/freshness.js";

const FETCH_SPREAD_MS = 2_000;
const ANSWER_WITHIN_MS = 8_000;
const CUT_PAUSE_MS = 5_000;
const REFUSED_PAUSE_MS = 30_000;

const AS_DEVICE = { "X-Caller": "device" }; // a person may have signed in with the same browser

const random = (spread) => Math.random() * spread;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Refused by the server, as opposed to not reached: asking again soon would not help. */
class Refused extends Error {}

/**
 * Connect and stay connected. `on` holds the callbacks: connected, disconnected, refused, hall(hall),
 * board(message), queues(message), screen(message), announced(message), alert(message), beat(message),
 * pictureAsked(), renewalAsked(asked), nudged(), fetched().
 */
export function connect({ io, location, history, on }) {
  let hall = null;
  let isFirst = true;
  let fetchTimer = null;
  const socket = io("/screen", {
    auth: { caller: "device" },
    transports: ["websocket"],
    autoConnect: false,
    reconnection: false,
  });
  const back = createReturn(() => socket.connect());

  socket.on("connect", () => on.connected());
  socket.on("disconnect", (reason) => {
    clearTimeout(fetchTimer);
    on.disconnected();
    // cut by the server: the answer to a new connection says whether the screen may still be here
    if (reason === "io server disconnect") connectLater(random(CUT_PAUSE_MS));
    else if (reason !== "io client disconnect") back.lost();
  });
  socket.on("connect_error", () => {
    if (socket.active) {
      on.disconnected();
      return back.lost();
    }
    on.refused();
    return connectLater(REFUSED_PAUSE_MS + random(REFUSED_PAUSE_MS));
  });
  socket.on("board.changed", on.board);
  socket.on("queues.changed", on.queues);
  socket.on("call.announced", on.announced);
  socket.on("alert.changed", on.alert);
  socket.on("heartbeat", (beat) => {
    back.heard(beat);
    on.beat(beat);
  });
  socket.on("picture.asked", on.pictureAsked);
  socket.on("renewal.asked", on.renewalAsked);
  socket.on("programme.changed", on.nudged);

  start();
  return { fetchSoon, ask: sendAndWait, tell, restart: () => socket.disconnect().connect() };

  function tell(name, message) {
    return socket.connected && Boolean(socket.emit(name, message));
  }

  /** Send a message and wait for its answer, so many milliseconds at most; rejects without one. */
  async function sendAndWait(name, message, ms) {
    if (!socket.connected) throw new Error(`${name}: not connected`);
    return socket.timeout(ms).emitWithAck(name, message);
  }

  async function start() {
    try {
      await persist(exchangeToken);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      on.refused();
    }
    socket.connect();
  }

  function connectLater(ms) {
    setTimeout(() => socket.connected || socket.connect(), ms);
  }

  /** The token leaves the address once the server has made it a cookie; a reload before that still has it. */
  async function exchangeToken() {
    const token = new URLSearchParams(location.hash.slice(1)).get("t");
    if (!token) return;
    await ask("/device/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    history.replaceState(null, "", location.pathname + location.search);
    hall = null;
  }

  /** Fetch everything after a random delay, so that a hundred screens do not ask at once. */
  function fetchSoon() {
    clearTimeout(fetchTimer);
    fetchTimer = setTimeout(() => fetchAll().catch(failed), isFirst ? 0 : random(FETCH_SPREAD_MS));
    isFirst = false;
  }

  async function fetchAll() {
    await persist(async () => {
      hall ??= await own();
      on.hall(hall);
      const path = `/api/v1/halls/${encodeURIComponent(hall.slug)}`;
      on.board(await ask(`${path}/board`));
      on.screen(await ask(`${path}/screen`));
    });
    on.fetched();
  }

  /** The hall, with this screen's own id in it. */
  async function own() {
    const { hall: found, id: screen } = await ask("/device/me");
    return { ...found, screen };
  }

  function failed(error) {
    if (!(error instanceof Refused)) throw error;
    hall = null;
    on.refused();
  }

  /** Do it until it succeeds, with random pauses; a refusal or a lost connection ends it. */
  async function persist(work) {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Refused) throw error;
        await pause(500 + back.pauseMs());
        if (work !== exchangeToken && !socket.connected) return undefined;
      }
    }
  }

  async function ask(path, options = {}) {
    const headers = { ...AS_DEVICE, ...options.headers };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(path, {
      cache: "no-store",
      credentials: "same-origin",
      signal,
      ...options,
      headers,
    });
    if ([400, 401, 403, 404].includes(answer.status)) throw new Refused(`${path}: ${answer.status}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  }
}
