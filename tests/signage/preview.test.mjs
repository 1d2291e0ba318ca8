import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { connectPreview } from "../../signage/static/preview.js";

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
