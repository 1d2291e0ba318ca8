// A live connection: Socket.IO over websocket only, which comes back by itself and says when it is lost.

import { io } from "/assets/socket.io.esm.min.js";

import { watchAlarms } from "../alarms/alarm_line.js";
import { watchAlerts } from "../alerts/alert_strip.js";
import { show } from "./dom.js";

const CUT_MS = 500;

/**
 * Connects to a namespace. `on` holds callbacks: live(), lost(), and one per message name.
 * Answers the socket, for the few messages a page sends.
 */
export function connect(namespace, auth, { live, lost, refused, messages }) {
  const socket = io(namespace, {
    auth,
    transports: ["websocket"],
    reconnectionDelay: 800,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
    timeout: 8000,
  });
  socket.on("connect", live);
  socket.on("disconnect", (reason) => {
    lost();
    // cut by the server: the answer to a new connection says whether we may still be here
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), CUT_MS);
  });
  socket.on("connect_error", (error) => {
    lost();
    if (socket.active) return;
    show(`[data-ended="${CSS.escape(error.message)}"]`, true);
    refused?.(error);
  });
  for (const [name, take] of Object.entries(messages)) socket.on(name, take);
  if (auth.hall) watchAlerts(socket, auth.hall);
  if (auth.hall) watchAlarms(socket, auth.hall, spread);
  globalThis.addEventListener("online", () => socket.connected || socket.connect());
  return socket;
}

/** A random delay of 0 to 2 s before a refetch, so that a hall's pages do not ask together. */
export function spread() {
  return Math.random() * 2000;
}
