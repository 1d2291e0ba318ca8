// Legs in a queue as the server sends it.

/** The leg a counter is told to have: found in the queue, else as it is known. */
export function legAt(told, queue, known) {
  if (told === null || typeof told === "object") return told;
  const found = [...queue.called, ...queue.in_service].find((leg) => leg.leg === told);
  return found ? { ...found, why: found.why ?? (known?.leg === told ? known.why : null) } : known;
}
