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

test("of many counters the free ones come first, words filter, and none moves while others open theirs", async () => {
  let typed = "";
  globalThis.document = {
    createTreeWalker() {},
    querySelector: () => null,
    getElementById: () => ({ value: typed }),
  };
  const { drawPlaces, shownPlaces } = await import("../../../../server/web/static/console/console_places.js");
  const words = { hall: { serviceName: (id) => (id === "a" ? "Cartes" : "Permis") } };
  const row = (at, held) => ({
    counter: { id: `g${at}`, label: `guichet ${at}`, services: [at % 2 ? "a" : "b"] },
    status: { session_mark: held.includes(at) ? "mark" : null },
  });
  const rows = (...held) => Array.from({ length: 12 }, (_, at) => row(at + 1, held));
  const shown = (...held) => shownPlaces(rows(...held), words).map(({ counter }) => counter.id);
  const first = shown(1, 3);
  assert.deepEqual(
    [first.slice(0, 3), first.slice(-2)],
    [
      ["g2", "g4", "g5"],
      ["g1", "g3"],
    ],
  );
  assert.deepEqual(shown(1, 3, 2), first, "another agent opens one");
  typed = "permis 12";
  assert.deepEqual(shown(1, 3, 2), ["g12"]);
  typed = "";
  assert.equal(shown(1, 3, 2)[0], "g4", "something else is typed");
  drawPlaces({ counter: { session_mark: "own", state: "free" } }, words, null);
  assert.equal(shown(4)[0], "g1", "the view is shown again");
  assert.deepEqual(
    shownPlaces(rows(1).slice(0, 9), words).map(({ counter }) => counter.id)[0],
    "g1",
    "few stay in their order",
  );
});
