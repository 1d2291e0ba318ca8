import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { connectPreview, shownAt } from "../../signage/static/preview.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a preview shows no alert, is live again after a failed fetch, and reports nothing", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const told = [];
  let isThere = true;
  mock.method(globalThis, "fetch", async (path) => {
    if (!isThere) throw new TypeError("no network");
    return {
      ok: true,
      json: async () =>
        path.endsWith("/board") ? { alert: { alert: "a" }, calls: [1] } : { has_sound: true },
    };
  });
  const on = Object.fromEntries(
    ["connected", "refused", "fetched", "board", "screen"].map((name) => [
      name,
      (message) => told.push([name, message]),
    ]),
  );
  const connection = connectPreview({ location: { search: "?hall=laon&screen=s" }, on });
  const names = () => told.splice(0).map(([name]) => name);
  mock.timers.tick(1);
  await settle();
  const [, board] = told.find(([name]) => name === "board");
  assert.deepEqual(board, { alert: null, calls: [], recent: [], queues: [] });
  assert.deepEqual(names(), ["connected", "board", "screen", "fetched"]);
  isThere = false;
  mock.timers.tick(20_000);
  await settle();
  assert.deepEqual(names(), ["refused"]);
  isThere = true;
  for (const expected of [
    ["connected", "board", "screen", "fetched"],
    ["board", "screen", "fetched"],
  ]) {
    mock.timers.tick(20_000);
    await settle();
    assert.deepEqual(names(), expected);
  }
  await assert.rejects(connection.ask("alert.shown", {}, 1));
  mock.timers.reset();
});

test("a day in fast motion runs from its hour, and changes once a second at most", () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let take = null;
  let passed = 5_000;
  mock.method(performance, "now", () => passed);
  globalThis.addEventListener = (_name, listener) => {
    take = listener;
  };
  globalThis.parent = {};
  assert.equal(shownAt(7), 7, "the present hour, without a clock");
  const location = { search: "?hall=laon&screen=s&typed=yes", origin: "https://parvis" };
  connectPreview({ location, on: {} });
  const message = { programme: { items: [] }, clock: { at: 1_000_000, speed: 60 } };
  take({ data: message, origin: "https://elsewhere", source: globalThis.parent });
  assert.equal(shownAt(7), 7);
  take({ data: message, origin: location.origin, source: globalThis.parent });
  passed += 999;
  assert.equal(shownAt(7), 1_000_000);
  passed += 1_001;
  assert.equal(shownAt(7), 1_120_000);
  take({
    data: { ...message, clock: { at: 30, speed: 0 } },
    origin: location.origin,
    source: globalThis.parent,
  });
  passed += 60_000;
  assert.equal(shownAt(7), 30, "it stands");
  mock.timers.reset();
});
