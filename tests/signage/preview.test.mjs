import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { connectPreview } from "../../signage/static/preview.js";

test("a preview stands for a screen's connection and tells the server nothing, also of an alert it shows", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const asked = [];
  mock.method(globalThis, "fetch", async (address, options = {}) => (asked.push([options.method ?? "GET", address]), { ok: true, json: async () => ({ alert: { alert: "a" } }) }));
  const told = [];
  const on = Object.fromEntries(["connected", "refused", "board", "screen", "fetched"].map((name) => [name, () => told.push(name)]));
  const connection = connectPreview({ location: { search: "?hall=laon&screen=s" }, on });
  mock.timers.tick(1);
  await new Promise((done) => setImmediate(done));
  connection.say("alert.shown", { alert: "a" });
  connection.fetchSoon();
  assert.deepEqual(told, ["connected", "board", "screen", "fetched"]);
  assert.deepEqual(asked, [["GET", "/api/v1/halls/laon/board"], ["GET", "/api/v1/halls/laon/screen?screen=s&notice=&version="]]);
});
