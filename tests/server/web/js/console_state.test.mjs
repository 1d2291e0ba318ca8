import assert from "node:assert/strict";
import { waitingHere } from "../../../../server/web/static/shared/call_order.js";
import { test } from "node:test";

import {
  emptyConsole,
  isWaiting,
  mayUndo,
  phaseOf,
  presenceAskedUntil,
  requestOf,
  summaryDue,
  waitingCount,
  waitingRow,
  waitingRows,
  withAnswered,
  withCounter,
  withLeg,
  withQueue,
  wrapUpLeftS,
} from "../../../../server/web/static/console/console_state.js";
import { serverNow, withLiveness } from "../../../../server/web/static/shared/clock.js";
import { GESTURES } from "./gestures.mjs";
import { ago, counter, leg, NOW, queue } from "./legs.mjs";

const open = (values) => withCounter(emptyConsole(GESTURES), counter(values));
const told = (values) => ({
  counter: "g3",
  session_mark: "s1",
  state: "free",
  since: ago(0),
  leg: null,
  services: ["accueil"],
  ...values,
});
const called = leg("A042", { state: "called", rank: 1 });
const serving = leg("A042", { state: "in_service", rank: 1 });

test("a console is about choosing, a free counter, a call, a service or a pause", () => {
  assert.equal(phaseOf(emptyConsole(GESTURES)), "choose");
  assert.equal(phaseOf(open({ session_mark: null, state: "closed" })), "choose");
  assert.equal(phaseOf(open()), "free");
  assert.equal(phaseOf(open({ leg: called })), "called");
  assert.equal(phaseOf(open({ leg: serving })), "in_service");
  assert.equal(phaseOf(open({ state: "paused" })), "paused");
});

test("next names the leg at the counter and ends it as served", () => {
  assert.deepEqual(requestOf("next", open()), { path: "/api/v1/counters/g3/next", body: { current: null } });
  const { body } = requestOf("next", open({ leg: serving }));
  assert.deepEqual(body, { current: "leg-A042", current_end: "served" });
});

test("a called person must be answered for before the next is called", () => {
  const state = open({ leg: called });
  assert.equal(requestOf("next", state), null);
  assert.equal(requestOf("yes", state).path, "/api/v1/legs/leg-A042/start");
  assert.equal(requestOf("no", state).path, "/api/v1/legs/leg-A042/no-show");
  assert.equal(requestOf("recall", state).path, "/api/v1/legs/leg-A042/recall");
});

test("a service begun by its call may still become a no-show; one begun by a press may not", () => {
  const state = open({ leg: leg("A042", { state: "in_service", rank: 1, is_unconfirmed: true }) });
  const paths = (of) => ["no", "recall", "postpone", "hold"].map((action) => requestOf(action, of)?.path);
  assert.deepEqual(
    paths(state),
    ["no-show", "recall", "postpone", "hold"].map((verb) => `/api/v1/legs/leg-A042/${verb}`),
  );
  assert.deepEqual(paths(open({ leg: serving })), [undefined, undefined, undefined, undefined]);
  assert.equal(requestOf("yes", state), null);
  assert.equal(requestOf("next", state).body.current_end, "served");
});

test("nothing but resuming and closing is possible in a pause", () => {
  const state = open({ state: "paused" });
  const possible = [
    "next",
    "yes",
    "no",
    "recall",
    "finish",
    "transfer",
    "cancel",
    "chosen",
    "returned",
    "pause",
    "resume",
    "close",
  ].filter((action) => requestOf(action, state, {}) !== null);
  assert.deepEqual(possible, ["resume", "close"]);
  assert.deepEqual(requestOf("resume", state).body, { pause: null });
});

test("the page asks whether the agent is there from the given instant on, while a visitor is called", () => {
  const presence = { asks_at: ago(0), gives_back_at: ago(-2) };
  assert.equal(presenceAskedUntil(open(), NOW), null);
  assert.equal(presenceAskedUntil(emptyConsole(GESTURES), NOW), null);
  const state = open({ leg: called, presence });
  assert.equal(presenceAskedUntil(state, NOW - 1000), null);
  assert.equal(presenceAskedUntil(state, NOW), presence.gives_back_at);
  assert.deepEqual(requestOf("present", state), { path: "/api/v1/counters/g3/presence" });
  assert.equal(requestOf("present", open()), null);
});

test("a wrap-up is counted in whole seconds while the counter is free, and never below nothing", () => {
  const state = open({ wrap_up_until: ago(-1) });
  assert.equal(wrapUpLeftS(state, NOW), 60);
  assert.equal(wrapUpLeftS(state, NOW + 29_400), 31);
  assert.equal(wrapUpLeftS(state, NOW + 61_000), 0);
  assert.equal(wrapUpLeftS(open({ leg: called, wrap_up_until: ago(-1) }), NOW), 0);
  assert.equal(wrapUpLeftS(open(), NOW), 0);
});

test("undo names the fact of the counter's last gesture and is possible until its end", () => {
  const gesture = {
    fact: "f1",
    verb: "LegCalled",
    leg: "leg-A042",
    number: "A042",
    at: ago(1),
    may_undo_until: ago(-4),
  };
  const state = open({ leg: called, last_gesture: gesture });
  assert.deepEqual(requestOf("undo", state), { path: "/api/v1/counters/g3/undo", body: { fact: "f1" } });
  assert.equal(mayUndo(state, NOW), true);
  assert.equal(mayUndo(state, NOW + 5 * 60000), false);
  assert.equal(mayUndo(open(), NOW), false);
});

test("the answer of a verb is shown at once, and a called visitor no longer waits", () => {
  const before = withQueue(open(), queue({ legs: [leg("A042"), leg("A043")], counters: [told()] }), NOW);
  const after = withLeg(before, called);
  assert.equal(phaseOf(after), "called");
  assert.deepEqual(
    waitingRows(after.queue, ["accueil"], NOW).map((row) => row.leg.number),
    ["A043"],
  );
  assert.equal(waitingCount(after.queue, ["accueil"]), 1);
  assert.equal(waitingHere(after.queue, told()), 1);
  assert.equal(phaseOf(withLeg(after, { ...called, state: "ended", end_reason: "served" })), "free");
  assert.equal(phaseOf(withLeg(after, null)), "free");
});

test("a visitor called elsewhere is shown waiting again, or not at all", () => {
  const told = queue({ legs: [leg("A042")] });
  assert.equal(isWaiting(told, "leg-A042"), true);
  assert.equal(isWaiting(told, "leg-A043"), false);
  assert.equal(isWaiting(null, "leg-A042"), false);
});

test("an old queue changes nothing, a newer one does, a new epoch always does", () => {
  const first = withQueue(open(), queue({ version: 9, legs: [leg("A042")], counters: [told()] }), NOW);
  assert.equal(withQueue(first, queue({ version: 8 }), NOW), first);
  assert.equal(
    waitingCount(withQueue(first, queue({ version: 10, counters: [told()] }), NOW).queue, ["accueil"]),
    0,
  );
  const restored = withQueue(first, queue({ version: 1, epoch: "e2", counters: [told()] }), NOW);
  assert.equal(restored.queue.epoch, "e2");
  assert.equal(withQueue(restored, queue({ version: 99, epoch: "e1" }), NOW), restored);
});

test("a counter taken elsewhere leads back to the choice and says when this was noticed", () => {
  const state = withQueue(
    open({ leg: called }),
    queue({ as_of: ago(0), counters: [told({ session_mark: "another", since: ago(9) })] }),
    NOW,
  );
  assert.equal(phaseOf(state), "choose");
  assert.equal(state.takenAt, ago(0));
});

test("a queue from before what was read of a counter does not bring the past back", () => {
  const state = open({ leg: called, version: 8 });
  assert.equal(withQueue(state, queue({ version: 7, counters: [told()] }), NOW), state);
  assert.equal(phaseOf(withQueue(state, queue({ version: 8, counters: [told()] }), NOW)), "free");
  const restored = withQueue(state, queue({ version: 1, epoch: "e2", counters: [told()] }), NOW);
  assert.equal(phaseOf(restored), "free");
});

test("what was read last of any counter counts, whichever is shown", () => {
  const state = withAnswered(open({ version: 9 }), counter({ version: 8 }));
  assert.equal(withQueue(state, queue({ version: 8, counters: [told()] }), NOW), state);
});

test("a leg called from elsewhere on this counter is found in the queue", () => {
  const state = withQueue(
    open(),
    queue({ called: [called], counters: [told({ state: "called", leg: "leg-A042" })] }),
    NOW,
  );
  assert.equal(state.counter.leg.number, "A042");
});

test("no-shows stay known when a message carries none", () => {
  const full = { ...queue({ counters: [told()] }), no_shows: [leg("A001")] };
  const state = withQueue(withQueue(open(), full, NOW), queue({ version: 8, counters: [told()] }), NOW);
  assert.equal(state.queue.no_shows.length, 1);
});

test("queues are merged by priority, then by the longest wait, each in its own order", () => {
  const other = {
    queue: "sejour",
    services: ["sejour"],
    waiting: 2,
    legs: [leg("C001", { minutes: 9 }), leg("C002", { minutes: 30 })],
  };
  const ours = queue({
    legs: [leg("A003", { minutes: 1, class: "priority" }), leg("A001", { minutes: 12 })],
    more: [other],
  });
  const numbers = waitingRows(ours, ["accueil", "sejour"], NOW).map((row) => row.leg.number);
  assert.deepEqual(numbers, ["A003", "A001", "C001", "C002"]);
  assert.deepEqual(
    waitingRows(ours, ["sejour"], NOW).map((row) => row.leg.number),
    ["C001", "C002"],
  );
});

test("rows stop where a queue has more people than the message carries", () => {
  const other = { queue: "sejour", services: ["sejour"], waiting: 9, legs: [leg("C001", { minutes: 50 })] };
  const ours = queue({ legs: [leg("A001", { minutes: 12 })], more: [other] });
  assert.deepEqual(
    waitingRows(ours, ["accueil", "sejour"], NOW).map((row) => row.leg.number),
    ["C001"],
  );
  assert.equal(waitingCount(ours, ["accueil", "sejour"]), 10);
});

test("an early appointment is on time and waits from its hour on", () => {
  const early = waitingRow(leg("R044", { minutes: 10, booked_at: ago(-5), class: "appointment" }), NOW);
  assert.deepEqual([early.isEarly, early.waitedS, early.isOverdue], [true, 0, false]);
  const late = waitingRow(leg("R044", { minutes: 30, booked_at: ago(20), class: "appointment" }), NOW);
  assert.deepEqual([late.isEarly, late.waitedS, late.isOverdue, late.share], [false, 1200, true, 1]);
});

test("waits follow the server's clock when this computer's is wrong", () => {
  const fast = NOW + 600000;
  const state = withQueue(open(), queue({ counters: [told()] }), fast);
  assert.equal(serverNow(state, fast), NOW);
});

test("the page knows since when it is not live", () => {
  const lost = withLiveness(withLiveness(open(), false, NOW), false, NOW + 5000);
  assert.equal(lost.lostAtMs, NOW);
  assert.equal(withLiveness(lost, true, NOW + 9000).lostAtMs, null);
});

test("a summary is said at most every 15 seconds, and only when the number has moved", () => {
  const { memory } = summaryDue({ waiting: null, saidAtMs: 0 }, 10, NOW);
  assert.equal(summaryDue(memory, 12, NOW + 14999).more, null);
  const due = summaryDue(memory, 12, NOW + 15000);
  assert.equal(due.more, 2);
  assert.equal(summaryDue(due.memory, 12, NOW + 60000).more, null);
  assert.equal(summaryDue(due.memory, 9, NOW + 60000).more, -3);
});

test("a transferred visitor is shown at the rank of the arrival, with the whole wait", () => {
  const moved = leg("H003", { minutes: 1, ranked_from: ago(30), service: "titres" });
  const more = [{ queue: "titres", services: ["titres"], waiting: 1, oldest_at: null, legs: [moved] }];
  const rows = waitingRows(queue({ legs: [leg("A042", { minutes: 20 })], more }), ["accueil", "titres"], NOW);
  assert.deepEqual(
    rows.map(({ leg: { number }, waitedS }) => [number, waitedS]),
    [
      ["H003", 1800],
      ["A042", 1200],
    ],
  );
});
