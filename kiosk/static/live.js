// The kiosk’s link with the server, its stand-in for a preview, and the papers asked for over it.

import { renewToken } from "/assets/renewal.js";
import { createReturn } from "/assets/freshness.js";
import { io } from "/assets/socket.io.esm.min.js";
import { ANSWER_WITHIN_MS, newPressId, ticketsIn } from "./press.js";
import { printOf } from "./ticket_state.js";

// --- The kiosk's link with the server: its device session, the menu, the socket. No DOM; reports what
// happens through `on`.

const REFUSED_AGAIN_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const RETURN_WITHIN_MS = 3_000; // kiosks are few, and people stand before them
const NUDGE_SPREAD_MS = 1_000;
const HEARTBEAT_SPREAD_MS = 2_000;
const AS_DEVICE = { "X-Caller": "device" }; // a person may have signed in with the same browser
const ENDED_SPREAD_MS = 2_000;
const REFUSED_SPREAD_MS = 30_000;
const LONGEST_TIMER_MS = 3_600_000;
const READ_WITHIN_MS = 20_000; // a view that was never read aloud is rendered first
const AGAIN_WITHIN_MS = 4_000; // a request sent into a cut cable must not hold back the next one
const SILENT_MS = 12_000; // the server pings every ten seconds
const UNPLUGGED_MS = 3_000; // an agent issues alone: asked again whether it has its server

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * The status of an answer and its JSON, null where it is none.
 *
 * @param {string} url
 * @param {{ method?: string, body?: any, headers?: Record<string, string>, within_ms?: number }} [request]
 * @returns {Promise<{ status: number, json: any }>}
 */
export async function fetchJson(
  url,
  { method = "GET", body, headers = {}, within_ms: withinMs = 8_000 } = {},
) {
  const answer = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    headers: { ...(body && { "Content-Type": "application/json" }), ...AS_DEVICE, ...headers },
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(withinMs),
  });
  const isJson = /\bjson\b/.test(answer.headers.get("Content-Type") ?? "");
  return { status: answer.status, json: isJson ? await answer.json() : null };
}

// `on`: {menu, missing, unpaired, verdict, alert, paired, live, lost}, and `report()`, what it tells of
// itself; `language()` is the one shown now. `missing(since)`: the menu is asked for in vain since then.
export function openLink(on, language) {
  let hall = null;
  let position = null;
  let edge = null;
  let soon = null;
  let again = null;
  let socket = null;
  let own = null; // the configuration in the last description of this kiosk
  let applied = null; // the one this page runs
  let fetches = 0;
  let lostAt = null; // since when no menu is answered
  let silent = null;
  const back = createReturn(() => socket.connect(), { mostMs: RETURN_WITHIN_MS, ask: isReady });

  async function start() {
    let refused = 0;
    for (;;) {
      try {
        await exchangeToken();
        const me = await fetchJson("/device/me", { within_ms: AGAIN_WITHIN_MS });
        if (me.status === 200) return begin(me.json);
        if (me.status === 401 || me.status === 403) {
          lostAt = null;
          on.unpaired();
          await pause(REFUSED_AGAIN_MS[Math.min(refused, REFUSED_AGAIN_MS.length - 1)]);
          refused += 1;
          continue;
        }
      } catch {
        /* not reached: asked again below */
      }
      on.missing((lostAt ??= performance.now()));
      await pause(back.pauseMs());
    }
  }

  // The link broke, or nothing comes through it: does the server answer? One question at a time.
  function doubt() {
    if (lostAt !== null || hall === null) return;
    lostAt = performance.now();
    refetch();
  }

  async function isReady() {
    const { status } = await fetchJson("/health/ready", { within_ms: AGAIN_WITHIN_MS }).catch(() => ({
      status: 0,
    }));
    if (status !== 200) doubt();
    return status === 200;
  }

  function listen() {
    clearTimeout(silent);
    silent = setTimeout(doubt, SILENT_MS);
  }

  function begin(me) {
    hall = me.hall.slug;
    own = me.configuration;
    on.paired(me);
    if (!socket) connect();
    else if (!socket.connected) socket.connect();
    return refetch();
  }

  function connect() {
    let isFirst = true;
    on.lost();
    socket = io("/kiosk", {
      auth: { caller: "device" },
      transports: ["websocket"],
      reconnection: false,
    });
    socket.on("connect", () => {
      on.live();
      tell();
      acknowledge();
      if (!isFirst) refetchSoon(NUDGE_SPREAD_MS);
      isFirst = false;
    });
    // ended or refused by the server: the socket does not come back by itself, and the kiosk may be paired no
    // more
    socket.on("disconnect", (reason) => {
      on.lost();
      doubt();
      if (reason === "io server disconnect") startAgain(ENDED_SPREAD_MS);
      else back.lost();
    });
    socket.io.on("ping", listen);
    addEventListener("offline", doubt);
    addEventListener("online", () => lostAt !== null && refetch());
    socket.on("connect_error", () => (socket.active ? back.lost() : startAgain(REFUSED_SPREAD_MS)));
    socket.on("menu.changed", (nudge) => {
      position = nudge;
      refetchSoon(NUDGE_SPREAD_MS);
    });
    socket.on("heartbeat", (beat) => {
      const isNews = position && (beat.epoch !== position.epoch || beat.version > position.version);
      position = beat;
      back.heard(beat);
      tell();
      acknowledge();
      if (isNews) refetchSoon(HEARTBEAT_SPREAD_MS);
    });
    socket.on("print.verdict", on.verdict);
    socket.on("renewal.asked", renewToken);
    socket.on("alert.changed", (message) => {
      on.alert(message);
      // a message holds but two languages of words of one's own; the menu holds them all
      if (message.alert?.kind === "custom") refetchSoon(NUDGE_SPREAD_MS);
    });
  }

  function tell() {
    socket.emit("device.state", on.report());
  }

  function startAgain(spreadMs) {
    again ??= pause(Math.random() * spreadMs).then(() => {
      again = null;
      return start();
    });
  }

  function refetchSoon(spreadMs) {
    soon ??= pause(Math.random() * spreadMs).then(() => {
      soon = null;
      return refetch();
    });
  }

  // Asks until answered; a newer question takes over.
  async function refetch() {
    const mine = (fetches += 1);
    while (mine === fetches) {
      try {
        const answer = await fetchJson(
          `/api/v1/halls/${encodeURIComponent(hall)}/menu?lang=${encodeURIComponent(language())}`,
          { within_ms: lostAt === null ? undefined : AGAIN_WITHIN_MS },
        );
        if (mine !== fetches) return;
        if (answer.status === 401 || answer.status === 403) {
          start();
          return;
        }
        if (answer.status === 200) {
          if (answer.json.version !== undefined) position = answer.json;
          lostAt = null;
          on.menu(answer.json);
          atNextEdge(answer.json);
          if (!answer.json.unplugged) await apply(answer.json.configuration);
          return;
        }
      } catch {
        /* asked again below */
      }
      on.missing((lostAt ??= performance.now()));
      await pause(back.pauseMs());
    }
  }

  // Another configuration may have another printer, or say where else this kiosk's screen hangs.
  async function apply(configuration) {
    if (configuration !== own) {
      const me = await fetchJson("/device/me");
      if (me.status !== 200) throw new Error(`/device/me: ${me.status}`);
      own = me.json.configuration;
      on.paired(me.json);
    }
    if (configuration === applied) return;
    applied = configuration;
    acknowledge();
  }

  function acknowledge() {
    if (applied && socket?.connected) socket.emit("configuration.applied", { configuration: applied });
  }

  // Hours alone change the menu at `changes_at`: one timer, counted from the server's clock, no polling.
  function atNextEdge(menu) {
    clearTimeout(edge);
    if (menu.unplugged) edge = setTimeout(refetch, UNPLUGGED_MS);
    if (!menu.changes_at || menu.unplugged) return;
    const due = performance.now() + (Date.parse(menu.changes_at) - Date.parse(menu.now));
    const wake = () => {
      const left = due - performance.now();
      if (left <= 0) refetchSoon(NUDGE_SPREAD_MS);
      else edge = setTimeout(wake, Math.min(left + 50, LONGEST_TIMER_MS));
    };
    wake();
  }

  return {
    start,
    refetch,
    async read(reading) {
      const answer = await fetchJson(
        `/api/v1/halls/${encodeURIComponent(hall)}/reading?${new URLSearchParams(reading)}`,
        { within_ms: READ_WITHIN_MS },
      );
      return answer.status === 200 ? answer.json.audio : [];
    },
    // A press for a ticket, those of several people, or an appointment's: by its code, or by its hour.
    post: (body, headers, withinMs) => {
      const isExpected = "code" in body || "booked_at" in body;
      const path = isExpected
        ? "/api/v1/appointments/check-in"
        : `/api/v1/halls/${encodeURIComponent(hall)}/${body.people ? "families" : "tickets"}`;
      return fetchJson(path, { method: "POST", body, headers, within_ms: withinMs });
    },
    printSheet: (body, headers, withinMs) =>
      fetchJson(`/api/v1/halls/${encodeURIComponent(hall)}/appointment-sheets`, {
        method: "POST",
        body,
        headers,
        within_ms: withinMs,
      }),
    inform: (referral, headers) =>
      fetchJson(`/api/v1/halls/${encodeURIComponent(hall)}/informed`, {
        method: "POST",
        body: { referral },
        headers,
      }),
    async information() {
      const answer = hall && (await fetchJson(`/api/v1/halls/${encodeURIComponent(hall)}/public-notices`));
      return answer?.status === 200 ? answer.json : null;
    },
    async convocations() {
      const answer = await fetchJson(`/api/v1/halls/${encodeURIComponent(hall)}/convocations`);
      if (answer.status !== 200) throw new Error(`convocations: ${answer.status}`);
      return answer.json.services;
    },
  };
}

async function exchangeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("t");
  if (!token) return;
  const answer = await fetchJson("/device/session", { method: "POST", body: { token } });
  if (answer.status < 500) history.replaceState(null, "", location.pathname + location.search);
}

// --- The kiosk’s page inside another one: it shows a look that is not published, with a menu and nothing
// else of the server.

const nowhere = () => Promise.reject(new Error("a preview sends nothing"));

/** Replaces the kiosk’s link; the query of the address says of which hall and look the menu is. */
export function openPreview(on) {
  async function refetch() {
    const { status, json } = await fetchJson(`/affichage/apparence/borne${location.search}`, {
      headers: { "X-Caller": "person" },
    });
    if (status === 200) on.menu(json);
  }
  const silent = { post: nowhere, printSheet: nowhere, inform: nowhere, convocations: nowhere };
  return { ...silent, start: refetch, refetch, read: async () => [], information: async () => null };
}

// --- What becomes of the papers that the kiosk asked for: tickets, and the sheets on how to book.

const PRINT_LATE_MS = 15_000;
const ASKED_EVERY_MS = 1_000;

/** @param {{ link: any, dispatch: (action: any) => void, current: () => any }} wiring current: the state */
export function openPapers({ link, dispatch, current }) {
  // Requested once with its own key; a failure is shown, and only a paper is lost.
  async function printSheet({ id: pressId, body }) {
    try {
      const { status, json } = await link.printSheet(body, { "Idempotency-Key": pressId }, ANSWER_WITHIN_MS);
      dispatch(
        status === 202
          ? { type: "sheet_queued", pressId, job: json.job }
          : { type: "sheet_refused", pressId },
      );
    } catch {
      /* told late below */
    }
    await pause(PRINT_LATE_MS);
    dispatch({ type: "sheet_late", pressId });
  }

  const isWaited = (ticket) => current().ticket === ticket && printOf(current()) === "pending";

  // An agent that issues alone has no socket to tell a verdict by: it is asked.
  async function askMeanwhile(ticket, untilMs) {
    for (let pastMs = 0; pastMs < untilMs && ticket.unplugged; pastMs += ASKED_EVERY_MS) {
      await pause(ASKED_EVERY_MS);
      if (!isWaited(ticket)) return;
      await ask(ticket);
    }
  }

  async function watch(ticket) {
    askMeanwhile(ticket, PRINT_LATE_MS);
    await pause(PRINT_LATE_MS + (ticket.paper_within_s ?? 0) * 1_000);
    if (!isWaited(ticket)) return;
    await ask(ticket);
    if (printOf(current()) === "pending") dispatch({ type: "print_late", visit: ticket.visit });
  }

  // The verdict may have been told while the link was down: the same press answers with what became of its
  // paper.
  async function ask({ visit, press }) {
    try {
      const answer = await link.post(press, { "Idempotency-Key": newPressId() }, ANSWER_WITHIN_MS);
      const { print } = ticketsIn(answer).find((each) => each?.visit === visit) ?? {};
      if (!print) return;
      const { verdict, other_printer: otherPrinter } = print;
      dispatch({ type: "print_verdict", visit, verdict, otherPrinter });
    } catch {
      /* it is told late, or at the next connection */
    }
  }

  return {
    printSheet,
    watch,
    /** Asks after a paper that nobody knows of yet. */
    askAgain() {
      const { ticket } = current();
      if (ticket && ["pending", "unknown"].includes(printOf(current()))) ask(ticket);
    },
  };
}
