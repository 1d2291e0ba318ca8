import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { watchAlarms } from "../../../../server/web/static/alarms/alarm_line.js";

const SPREAD_MS = 700;
let asked = [];
let socket = null;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  asked = [];
  const words = { language: "fr", time_zone: "Europe/Paris", page: "/alarmes", sentences: {} };
  const place = { dataset: { alarms: "line" }, replaceChildren() {} };
  globalThis.document = {
    querySelector: () => place,
    getElementById: () => ({ textContent: JSON.stringify(words) }),
  };
  globalThis.fetch = async (path) => {
    asked.push(path);
    return new Response(JSON.stringify({ alarms: [] }), { headers: { "Content-Type": "application/json" } });
  };
  const told = new Map();
  socket = { on: (name, take) => told.set(name, take), tell: (name) => told.get(name)?.({}) };
  watchAlarms(socket, "laon", () => SPREAD_MS);
});

test("a page that starts asks once, when it is connected", () => {
  socket.tell("connect");
  assert.deepEqual(asked, ["/api/v1/halls/laon/alarms"]);
});

test("a change is read after this page's own delay, several changes together", () => {
  socket.tell("connect");
  mock.timers.tick(5_000);
  for (let change = 0; change < 3; change += 1) socket.tell("alarm.changed");
  mock.timers.tick(SPREAD_MS - 1);
  assert.equal(asked.length, 1);
  mock.timers.tick(1);
  assert.equal(asked.length, 2);
  mock.timers.tick(5_000);
  assert.equal(asked.length, 2);
});

test("consecutive changes are read once a second at most", () => {
  socket.tell("connect");
  mock.timers.tick(5_000);
  for (let change = 0; change < 20; change += 1) {
    socket.tell("alarm.changed");
    mock.timers.tick(100);
  }
  mock.timers.tick(5_000);
  assert.ok(asked.length <= 5, `${asked.length}`);
});
