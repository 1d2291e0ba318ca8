import assert from "node:assert/strict";
import { test } from "node:test";

import { ANSWERED_WITHIN_MS, askedOf, clockOf, stateOf, summaryOf, troublesOf } from "../../../../server/web/static/supervision_state.js";

const AT = "2026-11-24T09:00:00.000000+00:00";
const screen = (more = {}, report = {}) => ({
  kind: "screen", id: "s1", is_paired: true, is_connected: true, since: AT, seen_at: AT, state: "up to date", picture: null,
  report: { view: "rest", sound: "on", clock_ms: 0, release: "v1", revision: "r1", notice: null, ...report }, ...more,
});

test("a screen that is there and has everything is good, asleep too", () => {
  assert.deepEqual(stateOf(screen()), { level: "good", key: "up_to_date", at: AT });
  assert.deepEqual(stateOf(screen({}, { view: "asleep" })), { level: "good", key: "asleep", at: AT });
});

test("each state of a player has a sentence and is never good without being up to date", () => {
  for (const state of ["downloading", "pending", "possibly outdated", "not updated", "unknown"]) {
    const how = stateOf(screen({ state }, { view: "asleep" }));
    assert.equal(how.key, state.replaceAll(" ", "_"));
    assert.equal(how.level, ["downloading", "pending"].includes(state) ? "busy" : "trouble");
  }
});

test("a device that is away is said to be away, whatever it told before", () => {
  assert.deepEqual(stateOf(screen({ is_connected: false, state: "possibly outdated" })), { level: "trouble", key: "away", at: AT });
  assert.equal(stateOf(screen({ seen_at: null, since: null, is_connected: false, report: null })).key, "never_seen");
  assert.equal(stateOf(screen({ seen_at: null, is_paired: false, is_connected: false, report: null })).key, "not_paired");
});

test("a kiosk is there or not", () => {
  assert.deepEqual(stateOf({ kind: "kiosk", is_paired: true, is_connected: true, since: AT, seen_at: AT }), { level: "good", key: "here", at: AT });
});

test("blocked sound, a wrong clock and a former page are told beside the state", () => {
  assert.deepEqual(troublesOf(screen(), "v1"), []);
  assert.deepEqual(troublesOf(screen({}, { sound: "blocked", clock_ms: -86_400_000, release: "v0" }), "v1"), ["sound", "clock", "release"]);
  assert.deepEqual(troublesOf(screen({}, { clock_ms: 4_999 }), "v1"), []);
  assert.deepEqual(troublesOf(screen({ is_connected: false }, { sound: "blocked" }), "v1"), []);
});

test("the summary counts who needs somebody", () => {
  const all = [screen(), screen({ state: "downloading" }), screen({ is_connected: false }), screen({}, { sound: "blocked" })];
  assert.deepEqual(summaryOf(all, "v1"), { count: 2, all: 4 });
});

test("a difference of clocks is said in its largest unit", () => {
  assert.deepEqual(clockOf(1_999), { key: "right", count: 0 });
  assert.deepEqual(clockOf(3_400), { key: "ahead_seconds", count: 3 });
  assert.deepEqual(clockOf(-120_000), { key: "behind_minutes", count: 2 });
  assert.deepEqual(clockOf(7_200_000), { key: "ahead_hours", count: 2 });
  assert.deepEqual(clockOf(86_399_400), { key: "ahead_days", count: 1 });
  assert.deepEqual(clockOf(-86_400_000), { key: "behind_days", count: 1 });
});

test("a picture came when it was taken after it was asked for; in time or not at all", () => {
  const asked = { at: AT, pressedMs: 1_000 };
  assert.equal(askedOf(undefined, null, 0), null);
  assert.equal(askedOf(asked, null, 2_000), "asked");
  assert.equal(askedOf(asked, { taken_at: "2026-11-24T08:59:59.000000+00:00" }, 2_000), "asked");
  assert.equal(askedOf(asked, { taken_at: "2026-11-24T09:00:01.000000+00:00" }, 2_000), "came");
  assert.equal(askedOf(asked, null, 1_001 + ANSWERED_WITHIN_MS), "silent");
});
