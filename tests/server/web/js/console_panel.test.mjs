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

beforeEach(() => {
  refused = [];
  asked = [];
  ui = { panel: null, isRefetching: false };
  globalThis.document = { querySelector: () => null, querySelectorAll: () => [] };
  globalThis.fetch = async (path) => {
    asked.push(path);
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  };
  panel = createPanel({
    ui,
    words: { say: (key) => key },
    keys: null,
    queuePath: "/queue",
    stateNow: () => emptyConsole(GESTURES),
    takeRows: () => {},
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
