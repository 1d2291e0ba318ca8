// A live connection: Socket.IO over websocket only, which comes back by itself and reports a loss.

/** @import { Socket } from "socket.io-client" */
import { io } from "/assets/socket.io.esm.min.js";

import { watchAlarms } from "../alarms/alarm_line.js";
import { watchAlerts } from "../alerts/alert_strip.js";
import { incidentPage, watchIncidents } from "../incidents/incident_line.js";
import { show } from "./dom.js";
import { createReturn } from "./freshness.js";

const CUT_MS = 500;
const LATE_MS = 500;

/**
 * Connects to a namespace. The callbacks: live() at each connection, lost(), refused(error), one per message
 * name, and late(), called once if the first connection takes longer than half a second: a page that reads
 * the server in both live() and late() reads it once on opening.
 * Returns the socket, for the few messages that a page sends.
 *
 * @param {string} namespace
 * @param {Record<string, unknown> & { hall?: string }} auth
 * @param {object} on
 * @param {() => void} on.live
 * @param {() => void} [on.late]
 * @param {() => void} on.lost
 * @param {(error: Error) => void} [on.refused]
 * @param {{ [K in keyof Api.Sent]?: (message: Api.Sent[K]) => unknown }} on.messages
 */
export function connect(namespace, auth, { live, late, lost, refused, messages }) {
  const page = incidentPage();
  const socket = io(namespace, {
    auth: page === null ? auth : { ...auth, incidents: page },
    transports: ["websocket"],
    reconnection: false,
    timeout: 8000,
  });
  const back = createReturn(() => socket.connect());
  socket.on("connect", live);
  socket.on("heartbeat", back.heard);
  socket.on("disconnect", (reason) => {
    lost();
    // cut by the server: the answer to a new connection says whether we may still be here
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), CUT_MS);
    else back.lost();
  });
  socket.on("connect_error", (error) => {
    lost();
    if (socket.active) return back.lost();
    show(`[data-ended="${CSS.escape(error.message)}"]`, true);
    return refused?.(error);
  });
  for (const [name, take] of Object.entries(messages)) {
    // each is called with the message of its own name
    socket.on(name, /** @type {(message: any) => unknown} */ (take));
  }
  if (late) ifLate(socket, late);
  if (auth.hall) watchAlerts(socket, auth.hall, ifLate);
  if (auth.hall) watchAlarms(socket, auth.hall, spread);
  if (auth.hall) watchIncidents(socket, auth.hall, spread);
  globalThis.addEventListener("online", () => socket.connected || socket.connect());
  return socket;
}

/** Calls `read` once if the socket is not connected within half a second. */
function ifLate(/** @type {Socket} */ socket, /** @type {() => unknown} */ read) {
  const timer = setTimeout(read, LATE_MS);
  socket.once("connect", () => clearTimeout(timer));
}

/** A random delay of 0 to 2 s before a refetch, so that a hall's pages do not ask together. */
export function spread() {
  return Math.random() * 2000;
}
