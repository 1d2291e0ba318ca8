import assert from "node:assert/strict";
import { test } from "node:test";
import {
  breakSaid,
  closedSaid,
  heldLegs,
  restUntil,
} from "../../../../server/web/static/console/console_needs.js";
import { GESTURES } from "./gestures.mjs";
import { emptyConsole, requestOf } from "../../../../server/web/static/console/console_state.js";

const hour = (at) => at.slice(11, 16);
const rest = {
  begins_at: "2026-11-24T12:00:00Z",
  resumes_at: "2026-11-24T14:00:00Z",
  is_running: false,
  choice: "finish",
};

test("a break is announced before and while it runs, according to its decision", () => {
  assert.equal(breakSaid(null, hour), null);
  assert.deepEqual(breakSaid(rest, hour), [
    "console.break.near.finish",
    { begins: "12:00", resumes: "14:00" },
  ]);
  assert.equal(
    breakSaid({ ...rest, is_running: true, choice: "carry_over" }, hour)[0],
    "console.break.running.carry_over",
  );
});

test("visitors waiting in a hall that opens no more today are counted, with the reason in the reader's language or in French", () => {
  const closed = { why: { fr: "dégât des eaux" } };
  assert.equal(closedSaid(null, 3, "fr"), null);
  assert.equal(closedSaid(closed, 0, "fr"), null);
  assert.deepEqual(closedSaid({ why: {} }, 3, "fr"), ["console.closed.said", { count: 3 }]);
  assert.deepEqual(closedSaid(closed, 3, "en"), [
    "console.closed.because",
    { count: 3, why: "dégât des eaux" },
  ]);
});

test("calls rest only while a break runs that carries everyone over", () => {
  const running = { ...rest, is_running: true, choice: "carry_over" };
  assert.equal(restUntil({ break: running }), rest.resumes_at);
  for (const other of [{ ...running, choice: "finish" }, { ...running, is_running: false }, null])
    assert.equal(restUntil({ break: other }), null);
  assert.equal(restUntil(null), null);
});

test("whose place is kept is found in any queue, and released from any state of the counter", () => {
  const queue = { queues: [{ legs: [{ leg: "l1" }, { leg: "l2", is_held: true }] }, {}] };
  assert.deepEqual(
    heldLegs(queue).map(({ leg }) => leg),
    ["l2"],
  );
  assert.deepEqual(heldLegs(null), []);
  const counter = { counter: "g1", session_mark: "s1", state: "free", leg: null };
  const free = { ...emptyConsole(GESTURES), counter };
  assert.deepEqual(requestOf("release", free, { leg: "l2" }), { path: "/api/v1/legs/l2/release" });
  assert.equal(requestOf("hold", free), null);
  const called = { ...free, counter: { ...counter, state: "called", leg: { leg: "l3", state: "called" } } };
  assert.deepEqual(requestOf("hold", called), { path: "/api/v1/legs/l3/hold" });
});

test("a visitor who needs a step-free counter is received there by one request, from a free counter only", () => {
  const free = {
    ...emptyConsole(GESTURES),
    counter: { counter: "g2", session_mark: "s1", state: "free", leg: null },
  };
  const choice = { visit: "v1", counter: "g1", stays: false };
  assert.deepEqual(requestOf("receive_below", free, choice), {
    path: "/api/v1/counters/g2/call-elsewhere",
    body: { ...choice, reason: "step_free" },
  });
  const busy = {
    ...free,
    counter: { ...free.counter, state: "called", leg: { leg: "l3", state: "called" } },
  };
  assert.equal(requestOf("receive_below", busy, choice), null);
});
