import assert from "node:assert/strict";
import { test } from "node:test";

import { dateAndHour, instantOf, typedOf } from "../../../../server/web/static/shared/instants.js";

const PARIS = "Europe/Paris";
const CAYENNE = "America/Cayenne";
const NOW = Date.parse("2026-11-24T10:00:00Z");

test("an hour is written in the hall's time zone and English dates are British", () => {
  assert.match(dateAndHour("fr", PARIS)("2026-11-27T15:50:00Z"), /^27 novembre 2026 .* 16:50$/);
  assert.match(dateAndHour("en", PARIS)("2026-11-27T15:50:00Z"), /^27 November 2026 .* 16:50$/);
  assert.match(dateAndHour("en", CAYENNE)("2026-11-27T15:50:00Z"), / 12:50$/);
});

test("a typed hour is one of the hall, in winter, in summer and on the night clocks change", () => {
  assert.equal(instantOf("2026-12-24T14:00", PARIS), "2026-12-24T13:00:00.000Z");
  assert.equal(instantOf("2026-07-24T14:00", PARIS), "2026-07-24T12:00:00.000Z");
  assert.equal(instantOf("2026-12-24T14:00", CAYENNE), "2026-12-24T17:00:00.000Z");
  assert.equal(instantOf("2027-03-28T01:30", PARIS), "2027-03-28T00:30:00.000Z");
  assert.equal(instantOf("2027-03-28T03:30", PARIS), "2027-03-28T01:30:00.000Z");
  for (const nothing of ["", "never", undefined]) assert.equal(instantOf(nothing, PARIS), null);
});

test("an instant ahead is given to the form in the hall's time, one that has passed not at all", () => {
  for (const zone of [PARIS, CAYENNE])
    assert.equal(typedOf(instantOf("2026-12-24T14:05", zone), NOW, zone), "2026-12-24T14:05");
  assert.equal(typedOf("2026-11-24T09:59:59Z", NOW, PARIS), "");
  assert.equal(typedOf(null, NOW, PARIS), "");
});
