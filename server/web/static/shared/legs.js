// Legs in a queue as the server sends it.

/** The present leg of a counter: its row in the queue, else the known one. */
export function legAt(legId, queue, before) {
  if (legId === null || typeof legId === "object") return legId;
  const found = [...queue.called, ...queue.in_service].find((leg) => leg.leg === legId);
  return found ? { ...found, why: found.why ?? (before?.leg === legId ? before.why : null) } : before;
}
