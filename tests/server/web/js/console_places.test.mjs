// The form of the bar, which opens the counter chosen in its list.

import assert from "node:assert/strict";
import { test } from "node:test";

test("a counter added by a publication after the page was loaded is opened", async () => {
  let submit = null;
  const places = {
    "[data-choose-form]": { addEventListener: (name, take) => (submit = take) },
    '[data-list="place-options"]': { value: "laon-g9" },
  };
  globalThis.document = { createTreeWalker() {}, querySelector: (selector) => places[selector] ?? null };
  const { openByForm } = await import("../../../../server/web/static/console/console_places.js");
  const page = { counters: [{ id: "laon-g1", services: ["a"] }] };
  const opened = [];
  openByForm(
    () => page.counters,
    () => ({ queue: null }),
    ([place]) => opened.push(place),
  );
  page.counters = [...page.counters, { id: "laon-g9", services: ["b"] }];
  submit({ preventDefault() {}, submitter: null });
  assert.deepEqual(opened, [{ id: "laon-g9", services: ["b"], takeOver: false }]);
});
