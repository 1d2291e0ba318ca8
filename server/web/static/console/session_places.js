// The places of a counter session as its pages know them: pure functions of values. No DOM, no clock, no
// network.

import { legAt } from "../shared/legs.js";

/** The ids of the counters a session (by its mark) holds, in the hall's order. */
export function countersOf(queue, mark) {
  if (!mark) return [];
  return (queue?.counters ?? [])
    .filter((status) => status.session_mark === mark)
    .map(({ counter }) => counter);
}

/**
 * The places of the session at work, each {counter, state, since, next, leg}; the active one as last read.
 */
export function placesOf({ counter, queue }) {
  const heldCounters = new Set(countersOf(queue, counter?.session_mark));
  return (queue?.counters ?? [])
    .filter((status) => heldCounters.has(status.counter))
    .map((status) =>
      status.counter === counter.counter
        ? { ...status, ...counter }
        : { ...status, leg: legAt(status.leg, queue, null) },
    );
}

/** Whether the session holds more than the active place. */
export function hasSeveral(state) {
  return placesOf(state).length > 1;
}

/** The console at another of its places, according to the queue; unchanged when it holds no such place. */
export function atPlace(state, id, label) {
  const place = placesOf(state).find(({ counter }) => counter === id);
  if (!place || id === state.counter.counter) return state;
  return { ...state, counter: { ...place, label, hall: state.counter.hall, last_gesture: null, notes: [] } };
}

/** The place some steps on from the active one, round and round. */
export function neighbour(places, active, step) {
  const at = places.findIndex(({ counter }) => counter === active);
  return places[(at + step + places.length) % places.length]?.counter ?? null;
}
