// The clock of the server as a page knows it, and whether the page hears the server.

/** An instant of this computer's clock by the server's. */
export function serverNow(state, nowMs) {
  return nowMs + state.clockOffsetMs;
}

/** Live again, or lost since `nowMs`. */
export function withLiveness(state, isLive, nowMs) {
  if (isLive) return { ...state, isLive, lostAtMs: null };
  return { ...state, isLive, lostAtMs: state.lostAtMs ?? nowMs };
}
