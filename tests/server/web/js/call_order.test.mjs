import assert from "node:assert/strict";
import { test } from "node:test";

import {
  callableRows,
  overdueHere,
  rowsHere,
  rowTyped,
  waitingHere,
} from "../../../../server/web/static/shared/call_order.js";
import { whyNot } from "../../../../server/web/static/console/console_outcomes.js";
import {
  doubtOf,
  emptyConsole,
  leftByClosing,
  pausesAfter,
  requestOf,
  servedBy,
  withCounter,
} from "../../../../server/web/static/console/console_state.js";
import { GESTURES } from "./gestures.mjs";
import { counter, leg, NOW, queue } from "./legs.mjs";

const at = (values) => withCounter(emptyConsole(GESTURES), counter(values));
const numbers = (rows) => rows.map(({ leg: { number } }) => number);
const order = (legs, more = {}) => ({
  counter: "g3",
  epoch: "e1",
  version: 7,
  may_call: legs.length,
  legs,
  ...more,
});
const hall = {
  counters: [{ id: "g4", services: ["titres"] }],
  services: ["titres", "accueil"].map((id) => ({ id, mode: "walk_in" })),
};

test("waiting visitors are listed in call order, without those sent to another counter", () => {
  const legs = [leg("A001", { minutes: 9 }), leg("H002", { minutes: 8 }), leg("K003", { for_counter: "g4" })];
  const state = { ...at(), queue: queue({ legs }) };
  assert.deepEqual(numbers(rowsHere(state, NOW)), ["A001", "H002"]);
  assert.deepEqual(numbers(rowsHere({ ...state, order: order([legs[1], legs[0]]) }, NOW)), ["H002", "A001"]);
});

test("who passes the target since the queue was counted counts by the second", () => {
  const groups = [{ service: "accueil", counter: null, people: 2, overdue: 1 }];
  const legs = [leg("A001", { minutes: 16 }), leg("A002", { minutes: 14 })];
  const state = { ...at(), queue: queue({ legs, waiting: 2, groups }) };
  const since = (nowMs) => ({ rows: rowsHere(state, nowMs), nowMs });
  assert.equal(overdueHere(state.queue, state.counter, since(NOW + 59_000)), 1);
  assert.equal(overdueHere(state.queue, state.counter, since(NOW + 61_000)), 2);
});

test("who was called waits again as soon as an order newer than the queue says so", () => {
  const back = leg("A001");
  const state = { ...at(), queue: queue({ legs: [leg("A002")], called: [back] }) };
  const legs = [back, leg("A002")];
  assert.deepEqual(numbers(rowsHere({ ...state, order: order(legs) }, NOW)), ["A002"]);
  assert.deepEqual(numbers(rowsHere({ ...state, order: order(legs, { version: 8 }) }, NOW)), [
    "A001",
    "A002",
  ]);
});

test("the count of a counter is of all who wait for it, also where the queue lists the first only", () => {
  const groups = [
    { service: "accueil", counter: null, people: 210, overdue: 61 },
    { service: "accueil", counter: "g3", people: 4, overdue: 2 },
    { service: "titres", counter: "g3", people: 3, overdue: 0 },
    { service: "accueil", counter: "g4", people: 9, overdue: 5 },
    { service: "titres", counter: null, people: 50, overdue: 7 },
  ];
  const legs = [leg("A001"), leg("A002", { for_counter: "g4" }), leg("H001", { service: "titres" })];
  const state = { ...at(), queue: queue({ legs, waiting: 276, groups }) };
  assert.equal(waitingHere(state.queue, state.counter), 217);
  assert.equal(overdueHere(state.queue, state.counter), 63);
  assert.equal(overdueHere(state.queue), 75, "the reception counts the hall");
  assert.deepEqual(numbers(rowsHere(state, NOW)), ["A001"]);
});

test("a queue newer than the order takes precedence", () => {
  const [first, gone, come] = [leg("A001"), leg("A002"), leg("A003")];
  const state = { ...at(), queue: queue({ legs: [first, come], version: 8 }), order: order([gone, first]) };
  assert.deepEqual(numbers(rowsHere(state, NOW)), ["A001", "A003"]);
  const before = { ...state, queue: queue({ legs: [first, come], version: 6 }) };
  assert.deepEqual(numbers(rowsHere(before, NOW)), ["A002", "A001"]);
});

test("visitors who cannot be called here now are marked", () => {
  const state = {
    ...at(),
    queue: queue({ legs: [] }),
    order: order([leg("A001"), leg("A002")], { may_call: 1 }),
  };
  assert.deepEqual(
    rowsHere({ ...state, queue: { ...state.queue, version: 6 } }, NOW).map(({ cannot }) => cannot),
    [false, true],
  );
});

test("a key without effect says why", () => {
  const here = (state) => leg("A001", { state });
  assert.equal(whyNot("recall", at()), "nobody_called");
  assert.equal(whyNot("recall", at({ leg: here("in_service") })), "not_called");
  assert.equal(whyNot("park", at({ leg: here("called") })), "not_arrived");
  assert.equal(whyNot("next", at({ leg: here("called") })), "answer_first");
  assert.equal(whyNot("chosen", at({ leg: here("in_service") })), "finish_first");
  assert.equal(whyNot("next", at({ state: "paused" })), "paused");
  assert.equal(whyNot("undo", at()), "nothing_to_undo");
});

test("a transfer to where one is received by appointment only needs a question, unless there is one", () => {
  const services = [
    { id: "titres", mode: "appointment_only" },
    { id: "accueil", mode: "walk_in" },
  ];
  const open = (...served) => queue({ counters: [{ counter: "g4", state: "free", services: served }] });
  const doubt = (to, status, more) => doubtOf(to, status, { ...hall, services }, leg("A001", more));
  assert.equal(doubt({ service: "titres" }, open()), "appointment");
  assert.equal(doubt({ service: "titres" }, open(), { booked_at: "2026-11-24T10:00:00Z" }), null);
  assert.equal(doubt({ service: "accueil" }, open()), null);
  assert.equal(doubt({ counter: "g4" }, open("titres"), { service: "accueil" }), "appointment");
  assert.equal(doubt({ counter: "g4" }, open("titres", "accueil"), { service: "accueil" }), null);
});

test("a transfer to a counter that is closed or does not serve the service needs one question", () => {
  const counters = (state, services) => queue({ counters: [{ counter: "g4", state, services }] });
  const doubt = (status, service) => doubtOf({ counter: "g4" }, status, hall, leg("A001", { service }));
  assert.equal(doubt(counters("closed", []), "titres"), "closed");
  assert.equal(doubt(counters("free", ["titres"]), "accueil"), "serves_not");
  assert.equal(doubt(counters("free", ["titres"]), "titres"), null);
  assert.equal(servedBy(counters("open", ["titres"]), "titres"), 1);
  assert.equal(servedBy(counters("closed", ["titres"]), "titres"), 0);
});

test("closing names visitors in service and those who wait for this counter alone; a pause waits for the present visitor", () => {
  const serving = leg("A001", { state: "in_service" });
  const told = {
    counter: "g3",
    session_mark: "s1",
    state: "in_service",
    leg: "leg-A001",
    services: ["accueil"],
  };
  const state = {
    ...at({ leg: serving }),
    queue: queue({ legs: [leg("A002", { for_counter: "g3" })], serving: [serving], counters: [told] }),
  };
  const { serving: served, awaited } = leftByClosing(state);
  assert.deepEqual(
    [served, awaited].map((legs) => legs.map(({ number }) => number)),
    [["A001"], ["A002"]],
  );
  assert.ok(pausesAfter(state));
  assert.equal(pausesAfter(at()), false);
  assert.equal(requestOf("pause", state, {}), null);
});

const titres = (legs, waiting = legs.length) => ({
  ...{ queue: "titres", services: ["titres"], groups: [], oldest_at: null },
  ...{ legs: legs.map((each) => ({ ...each, service: "titres" })), waiting },
});
const rowsOf = (given, { legs = [], more = [], read = undefined } = {}) =>
  callableRows(
    { ...at(), queue: queue({ legs, more }), order: read },
    { services: ["accueil", "titres"], nowMs: NOW, ...given },
  );

test("whom this counter may call comes first, then whom it may not call now, then whom it does not serve", () => {
  const legs = [leg("A001", { minutes: 9 }), leg("A002", { minutes: 8 })];
  const read = order([legs[1], legs[0]], { may_call: 1 });
  const rows = rowsOf({}, { legs, read, more: [titres([leg("B001", { minutes: 30 })])] });
  assert.deepEqual(numbers(rows), ["A002", "A001", "B001"]);
  assert.deepEqual(
    rows.map(({ isElsewhere = false }) => isElsewhere),
    [false, false, true],
  );
});

test("a number is found as people type it, and Enter picks nobody where several fit", () => {
  const legs = [leg("A011"), leg("A110"), leg("A111")];
  const picked = (typed) => rowTyped(rowsOf({ typed }, { legs }), typed)?.leg.number;
  assert.deepEqual(numbers(rowsOf({ typed: "a 11" }, { legs })), ["A110", "A111"]);
  assert.equal(picked("a-110"), "A110");
  assert.equal(picked("011"), "A011");
  assert.equal(picked("11"), undefined);
  assert.equal(picked("Z9"), undefined);
});

test("a number of two series is no choice of its own", () => {
  const legs = [leg("110", { visit: "one" }), leg("110", { visit: "other" })];
  const rows = rowsOf({ typed: "110" }, { legs });
  assert.equal(rows.length, 2);
  assert.equal(rowTyped(rows, "110"), null);
});

test("who stands behind the rows of the message is listed once the server has found the number", () => {
  const more = [titres([leg("B001")], 332)];
  const found = [leg("B300", { service: "titres" })];
  assert.deepEqual(numbers(rowsOf({ typed: "B300" }, { more })), []);
  const [row] = rowsOf({ typed: "B300", found }, { more });
  assert.deepEqual([row.leg.number, row.isElsewhere], ["B300", true]);
});
