import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  aheadSaid,
  alertWords,
  choicesOf,
  closedSaid,
  isNewCall,
  isToldSoon,
  openingOf,
  partOf,
  requestFor,
  awaySaid,
  waitSaid,
  withKnownWords,
} from "../../../../server/web/static/phone/phone_state.js";

const CASES = JSON.parse(readFileSync(new URL("phone_cases.json", import.meta.url), "utf8"));
const AT = "2026-11-24T09:42:00Z";
const NOW = Date.parse(AT);

const PREPARED = {
  fr: { kinds: { evacuate: { title: "Évacuez", text: "Sortez." } } },
  en: { kinds: { evacuate: { title: "Leave", text: "Go." } } },
};

for (const {
  name,
  ticket,
  part,
  ahead,
  wait,
  away = null,
  closed = ["phone.closed", {}],
  words = [],
} of CASES) {
  test(`the phone says what the server's first page says: ${name}`, () => {
    assert.equal(partOf(ticket), part);
    assert.deepEqual(aheadSaid(ticket), ahead);
    assert.deepEqual(waitSaid(ticket), wait);
    assert.deepEqual(awaySaid(ticket), away);
    assert.deepEqual(closedSaid(ticket), closed);
    assert.deepEqual(alertWords(ticket, "en", PREPARED), words);
  });
}

test("a call alerts once per rank, and not when it is old", () => {
  const called = (rank, at = AT) => ({ state: "called", call: { rank, called_at: at } });
  assert.equal(isNewCall({ state: "waiting", call: null }, called(1), NOW + 1000), true);
  assert.equal(isNewCall(called(1), called(1), NOW + 1000), false);
  assert.equal(isNewCall(called(1), called(2), NOW + 1000), true);
  assert.equal(isNewCall({ state: "waiting", call: null }, called(1), NOW + 21000), false);
  assert.equal(isNewCall(called(1), { state: "in_service", call: { rank: 1, called_at: AT } }, NOW), false);
});

test("a closed counter opens again today, another day, or at an unknown time", () => {
  const day = (instant) => instant.slice(0, 10);
  assert.deepEqual(openingOf({ next_opening_at: "2026-11-24T13:00:00Z", as_of: AT }, day), {
    at: "2026-11-24T13:00:00Z",
    isToday: true,
  });
  assert.equal(openingOf({ next_opening_at: "2026-11-25T08:00:00Z", as_of: AT }, day).isToday, false);
  assert.equal(openingOf({ next_opening_at: null, as_of: AT }, day), null);
});

test("a message with fewer languages of an alert takes none away", () => {
  const known = { alert: "a", texts: { fr: { title: "F" }, ar: { title: "ق" } } };
  assert.deepEqual(Object.keys(withKnownWords({ alert: "a", texts: { fr: { title: "F" } } }, known).texts), [
    "fr",
    "ar",
  ]);
  assert.deepEqual(withKnownWords({ alert: "b", texts: {} }, known).texts, {});
});

test("a visitor is told once that the turn is near, and never after the call", () => {
  assert.equal(isToldSoon({ state: "waiting", is_soon: true }, false), true);
  assert.equal(isToldSoon({ state: "waiting", is_soon: true }, true), false);
  assert.equal(isToldSoon({ state: "waiting", is_soon: false }, false), false);
  assert.equal(isToldSoon({ state: "called", is_soon: true }, false), false);
});

test("what a visitor may do follows the ticket, and each form is one request", () => {
  const waiting = { state: "waiting", may_defer: true, may_give_up: true };
  assert.deepEqual(choicesOf(waiting), ["sms", "away", "defer", "give-up"]);
  assert.deepEqual(choicesOf({ state: "called", may_defer: false, may_give_up: true }), ["give-up"]);
  assert.deepEqual(requestFor("remind", { number: "06" }), ["reminders", "POST", { number: "06" }]);
  assert.deepEqual(requestFor("stop", {}), ["reminders/sms", "DELETE", undefined]);
  assert.deepEqual(requestFor("away", { minutes: "10" }), ["away", "POST", { minutes: 10 }]);
  assert.deepEqual(requestFor("away", { minutes: "" }), ["away", "POST", { minutes: null }]);
  assert.deepEqual(requestFor("give-up", {}), ["give-up", "POST", {}]);
});
