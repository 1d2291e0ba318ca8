import assert from "node:assert/strict";
import { test } from "node:test";

import {
  emptyConsole,
  phaseOf,
  requestOf,
  withCounter,
  withLeg,
  withQueue,
} from "../../../../server/web/static/console/console_state.js";
import {
  atPlace,
  countersOf,
  hasSeveral,
  neighbour,
  placesOf,
} from "../../../../server/web/static/console/session_places.js";
import { GESTURES } from "./gestures.mjs";
import { ago, counter, leg, NOW, queue } from "./legs.mjs";

const told = (id, values) => ({
  counter: id,
  session_mark: "s1",
  state: "free",
  since: ago(0),
  leg: null,
  services: ["accueil"],
  next: null,
  ...values,
});
const called = leg("A042", { state: "called", rank: 1 });
const ours = [
  told("g3"),
  told("g4", { state: "called", leg: "leg-A042" }),
  told("g5", { session_mark: "s2" }),
  told("g6", { session_mark: null, state: "closed" }),
];
const seen = (counters = ours) =>
  withQueue(withCounter(emptyConsole(GESTURES), counter()), queue({ called: [called], counters }), NOW);

test("the places are the counters of one's own session, in the hall's order, with their visitors", () => {
  assert.deepEqual(
    placesOf(seen()).map(({ counter: id, state, leg: at }) => [id, state, at?.number ?? null]),
    [
      ["g3", "free", null],
      ["g4", "called", "A042"],
    ],
  );
  assert.deepEqual(countersOf(seen().queue, "s2"), ["g5"]);
  assert.equal(hasSeveral(seen()), true);
  assert.equal(hasSeveral(seen(ours.filter(({ counter: id }) => id !== "g4"))), false);
  assert.deepEqual(placesOf(emptyConsole(GESTURES)), []);
});

test("another place is the active one at once, with its own verbs", () => {
  const state = atPlace(seen(), "g4", "guichet 4");
  assert.equal(phaseOf(state), "called");
  assert.equal(requestOf("yes", state).path, "/api/v1/legs/leg-A042/start");
  assert.equal(state.counter.label, "guichet 4");
  assert.equal(
    atPlace(seen(), "g5", "guichet 5").counter.counter,
    "g3",
    "a place of another session is not ours",
  );
});

test("the change of a verb is still there on return to the place", () => {
  const started = { ...called, state: "in_service", started_at: ago(0) };
  const there = withLeg(atPlace(seen(), "g4", "guichet 4"), started);
  const back = atPlace(atPlace(there, "g3", "guichet 3"), "g4", "guichet 4");
  assert.equal(phaseOf(back), "in_service");
  const ended = withLeg(there, null);
  assert.equal(phaseOf(atPlace(atPlace(ended, "g3", "guichet 3"), "g4", "guichet 4")), "free");
  assert.deepEqual(ended.queue.in_service, []);
});

test("a session pauses during a service with several places, and not with one", () => {
  const serving = { ...called, state: "in_service", started_at: ago(0) };
  const counters = [told("g3"), told("g4", { state: "in_service", leg: "leg-A042" })];
  const at = (there) =>
    atPlace(
      withQueue(
        withCounter(emptyConsole(GESTURES), counter()),
        queue({ serving: [serving], counters: there }),
        NOW,
      ),
      "g4",
      "guichet 4",
    );
  assert.deepEqual(requestOf("pause", at(counters), { reason: "break" }).body, {
    pause: { reason: "break" },
  });
  assert.equal(
    requestOf(
      "pause",
      withCounter(emptyConsole(GESTURES), counter({ leg: serving, state: "in_service" })),
      {},
    ),
    null,
  );
  const paused = at([told("g3", { state: "paused" }), { ...counters[1], is_paused: true }]);
  assert.equal(phaseOf(paused), "in_service");
  assert.deepEqual(
    ["next", "pause", "join"].map((action) => requestOf(action, paused, {})),
    [null, null, null],
  );
  assert.deepEqual(requestOf("resume", paused).body, { pause: null });
  assert.equal(requestOf("finish", paused).path, "/api/v1/legs/leg-A042/finish");
  assert.equal(phaseOf(withLeg(paused, null)), "paused", "the place pauses once its person has gone");
});

test("arrows go round the places", () => {
  const places = placesOf(seen());
  assert.deepEqual(
    [neighbour(places, "g3", 1), neighbour(places, "g4", 1), neighbour(places, "g3", -1)],
    ["g4", "g3", "g4"],
  );
});

test("one place is left, a further one is held", () => {
  assert.deepEqual(requestOf("leave", seen()), { method: "DELETE", path: "/api/v1/counters/g3/place" });
  assert.deepEqual(requestOf("join", seen(), { counter: "g6" }), {
    path: "/api/v1/counters/g6/session",
    body: { take_over: false },
  });
});
