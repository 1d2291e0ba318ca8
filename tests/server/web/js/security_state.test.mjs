import assert from "node:assert/strict";
import { test } from "node:test";

import { givenWords, hourRows } from "../../../../server/web/static/security/security_state.js";

const at = (hour, more = {}) => ({
  booked_at: `2026-11-24T${hour}:00Z`,
  service: "titres",
  state: "booked",
  is_overdue: false,
  number: null,
  ...more,
});

test("hours are counted by service, in order, without anything of a person", () => {
  const rows = hourRows([
    at("10:00"),
    at("09:00", { state: "checked_in", number: "T001" }),
    at("09:00", { is_overdue: true }),
    at("10:00", { state: "cancelled" }),
  ]);
  assert.deepEqual(rows, [
    { at: "2026-11-24T09:00:00Z", service: "titres", expected: 2, arrived: 1, isPast: true },
    { at: "2026-11-24T10:00:00Z", service: "titres", expected: 1, arrived: 0, isPast: false },
  ]);
  assert.deepEqual(hourRows([]), []);
});

test("a series is named by its first and last number", () => {
  assert.deepEqual(givenWords([{ number: "A001" }, { number: "A002" }]), {
    first: "A001",
    last: "A002",
    count: 2,
  });
});
