// The panel of the console: where a page has none, and what a publication does to an open one.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { emptyConsole } from "../../../../server/web/static/console/console_state.js";
import { GESTURES } from "./gestures.mjs";
import { createPanel } from "../../../../server/web/static/console/console_panel.js";

let refused = [];
let asked = [];
let ui = null;
let panel = null;
let state = null;
let answer = {};
let taken = [];

beforeEach(() => {
  refused = [];
  asked = [];
  answer = {};
  taken = [];
  state = emptyConsole(GESTURES);
  ui = { panel: null, isRefetching: false };
  globalThis.document = { querySelector: () => null, querySelectorAll: () => [] };
  globalThis.fetch = async (path) => {
    asked.push(path);
    return new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } });
  };
  panel = createPanel({
    ui,
    words: { say: (key) => key },
    keys: null,
    queuePath: "/queue",
    stateNow: () => state,
    takeRows: (queue) => taken.push(queue.version),
    act: () => {},
    refuse: (text) => refused.push(text),
    render: () => {},
  });
});

test("a page without a panel, the bar, says that the choice is made in the page of the counter", () => {
  panel.open("outcome");
  assert.deepEqual(refused, ["console.refused.in_page"]);
  assert.equal(ui.panel, null, "the bar goes on");
});

test("only a panel that lists people is read again: what was typed in another stays", async () => {
  for (const action of [null, "outcome", "transfer", "link"]) {
    ui.panel = action;
    await panel.refill(action);
  }
  assert.deepEqual(asked, []);
  await panel.refill("parked");
  assert.deepEqual(asked, ["/queue"]);
});

test("rows read before a message came do not replace what the message brought", async () => {
  ui.panel = null; // closed again meanwhile: only the rows are taken
  for (const [epoch, version] of [
    ["e1", 6],
    ["e1", 7],
    ["e2", 1],
  ]) {
    state = { ...state, queue: { epoch: "e1", version: 7 } };
    answer = { epoch, version };
    await panel.refill("parked");
  }
  assert.deepEqual(taken, [7, 1]);
});
