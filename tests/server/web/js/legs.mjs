// Legs and queues as the server answers them, for the tests of the pages' modules.

export const NOW = Date.parse("2026-11-24T09:42:00+00:00");

export function ago(minutes) {
  return new Date(NOW - minutes * 60000).toISOString();
}

export function leg(number, { minutes = 5, ...rest } = {}) {
  return {
    leg: `leg-${number}`,
    visit: `visit-${number}`,
    number,
    service: "accueil",
    class: "walk_in",
    priority: "none",
    state: "waiting",
    arrived_at: ago(minutes),
    issued_at: ago(minutes),
    booked_at: null,
    first_called_at: null,
    last_called_at: null,
    started_at: null,
    call: null,
    rank: 0,
    counter: null,
    target_s: 900,
    why: null,
    end_reason: null,
    ...rest,
  };
}

export function queue({
  legs = [],
  waiting,
  groups,
  version = 7,
  epoch = "e1",
  as_of: asOf = ago(0),
  counters = [],
  called = [],
  serving = [],
  more = [],
} = {}) {
  return {
    hall: "laon",
    epoch,
    version,
    as_of: asOf,
    day: {},
    called,
    in_service: serving,
    parked: [],
    counters,
    queues: [
      {
        queue: "accueil",
        services: ["accueil"],
        waiting: waiting ?? legs.length,
        groups: groups ?? [{ service: "accueil", counter: null, people: waiting ?? legs.length }],
        oldest_at: null,
        legs,
      },
      ...more,
    ],
  };
}

export function counter({ leg: at = null, state = at?.state ?? "free", ...rest } = {}) {
  return {
    counter: "g3",
    label: "guichet 3",
    hall: "laon",
    epoch: "e1",
    version: 7,
    session: "id-s1",
    session_mark: "s1",
    state,
    since: ago(3),
    services: ["accueil"],
    leg: at,
    last_gesture: null,
    ...rest,
  };
}
