import assert from "node:assert/strict";
import { test } from "node:test";

import { gesturesOf, placeOf, queryOf } from "../../../../server/web/static/reception/find_state.js";

const visit = (more = {}) => ({
  state: "waiting",
  priority: "none",
  end_reason: null,
  ahead: 2,
  counter: null,
  issued_at: "2026-11-24T09:00:00Z",
  ...more,
});

test("a number is searched alone, else the remembered facts; an empty form is not sent", () => {
  assert.equal(queryOf({ number: " a42 ", service: "laon-accueil" }), "number=a42");
  assert.equal(
    queryOf({ service: "laon-accueil", at: "09:30", counter: "laon-g2", language: "" }),
    "service=laon-accueil&at=09%3A30&counter=laon-g2",
  );
  assert.equal(queryOf({ number: "  " }), null);
});

for (const [priority, cards] of [
  ["none", ["card_seen"]],
  ["declared", ["card_seen", "card_missing"]],
  ["confirmed", ["card_missing"]],
  ["not_confirmed", ["card_seen"]],
]) {
  test(`before the call the card of a priority ${priority} may be noted`, () => {
    assert.deepEqual(gesturesOf(visit({ priority })), [
      "reprint",
      "urgent",
      ...cards,
      "needs",
      "link",
      "history",
      "cancel",
      "change",
    ]);
  });
}

test("an urgent case is declared once", () => {
  assert.equal(gesturesOf(visit()).includes("urgent"), true);
  assert.equal(gesturesOf(visit({ urgency: "deadline" })).includes("urgent"), false);
});

test("a hall without a printer offers no reprint", () => {
  const found = [
    visit({ state: "called" }),
    visit({ priority: "declared" }),
    visit({ state: "ended", end_reason: "no_show" }),
  ];
  for (const each of found)
    assert.equal(gesturesOf(each, { prints: false }).includes("reprint"), false, each.state);
});

test("a linked visit may be unlinked, before the call and after it", () => {
  assert.deepEqual(gesturesOf(visit({ linked: ["A003"] })), [
    "reprint",
    "urgent",
    "card_seen",
    "needs",
    "link",
    "unlink",
    "history",
    "cancel",
    "change",
  ]);
  assert.deepEqual(gesturesOf(visit({ state: "in_service", linked: ["A003"] })), [
    "reprint",
    "link",
    "unlink",
    "history",
  ]);
});

test("once called, the desk reprints and links; an ended visit has no action, but a no-show may be reprinted", () => {
  assert.deepEqual(gesturesOf(visit({ state: "called" })), ["reprint", "link", "history"]);
  assert.deepEqual(gesturesOf(visit({ state: "ended", end_reason: "served" })), ["history"]);
  assert.deepEqual(gesturesOf(visit({ state: "ended", end_reason: "no_show" })), ["reprint", "history"]);
});

test("where a visit is, in one word", () => {
  assert.deepEqual(placeOf(visit()), { word: "waiting", count: 2 });
  assert.deepEqual(placeOf(visit({ ahead: 0 })), { word: "first" });
  assert.deepEqual(placeOf(visit({ state: "called", counter: "g1" })), { word: "called", counter: "g1" });
  assert.deepEqual(placeOf(visit({ state: "ended", end_reason: "abandoned" })), { word: "abandoned" });
});
