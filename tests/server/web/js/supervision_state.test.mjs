import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ANSWERED_WITHIN_MS,
  askedOf,
  clockOf,
  keyOf,
  standingOf,
  stateOf,
  troublesOf,
} from "../../../../server/web/static/devices/supervision_state.js";

const RELEASES = { screen: "v1", kiosk: "k1" };
const AT = "2026-11-24T09:00:00.000000+00:00";
const screen = (more = {}, report = {}) => ({
  kind: "screen",
  id: "s1",
  is_paired: true,
  is_connected: true,
  since: AT,
  seen_at: AT,
  state: "up to date",
  picture: null,
  report: { view: "rest", sound: "on", clock_ms: 0, release: "v1", revision: "r1", notice: null, ...report },
  ...more,
});

test("a screen that is there and has everything is good, asleep too", () => {
  assert.deepEqual(stateOf(screen()), { level: "good", key: "up_to_date", at: AT });
  assert.deepEqual(stateOf(screen({}, { view: "asleep" })), { level: "good", key: "asleep", at: AT });
});

test("a panel that is off on purpose is good, one that does not follow or answer is told", () => {
  const panel = (commanded, answered) =>
    screen({}, { view: "asleep", panel: { method: "cec", commanded, answered } });
  assert.deepEqual(stateOf(panel("off", "off")), { level: "good", key: "panel_off", at: AT });
  assert.deepEqual(troublesOf(panel("off", "off"), RELEASES), []);
  assert.equal(stateOf(panel("off", "waiting")).key, "asleep");
  assert.deepEqual(troublesOf(panel("off", "waiting"), RELEASES), []);
  assert.deepEqual(troublesOf(panel("off", "on"), RELEASES), ["panel_lit"]);
  assert.deepEqual(troublesOf(panel("on", "off"), RELEASES), ["panel_dark"]);
  assert.deepEqual(troublesOf(panel("on", "silent"), RELEASES), ["panel_silent"]);
});

test("each state of a player has a sentence and is never good without being up to date", () => {
  for (const state of ["downloading", "pending", "possibly outdated", "not updated", "unknown"]) {
    const how = stateOf(screen({ state }, { view: "asleep" }));
    assert.equal(how.key, state.replaceAll(" ", "_"));
    assert.equal(how.level, ["downloading", "pending"].includes(state) ? "busy" : "trouble");
  }
});

test("an absent device is shown as away, despite its last report", () => {
  assert.deepEqual(stateOf(screen({ is_connected: false, state: "possibly outdated" })), {
    level: "trouble",
    key: "away",
    at: AT,
  });
  assert.equal(
    stateOf(screen({ seen_at: null, since: null, is_connected: false, report: null })).key,
    "never_seen",
  );
  assert.equal(
    stateOf(screen({ seen_at: null, is_paired: false, is_connected: false, report: null })).key,
    "not_paired",
  );
});

test("a kiosk is there or not", () => {
  assert.deepEqual(stateOf({ kind: "kiosk", is_paired: true, is_connected: true, since: AT, seen_at: AT }), {
    level: "good",
    key: "here",
    at: AT,
  });
});

test("blocked sound, a wrong clock and a former page are shown next to the state", () => {
  assert.deepEqual(troublesOf(screen(), RELEASES), []);
  assert.deepEqual(
    troublesOf(screen({}, { sound: "blocked", clock_ms: -86_400_000, release: "v0" }), RELEASES),
    ["sound", "clock", "release"],
  );
  assert.deepEqual(troublesOf(screen({}, { clock_ms: 4_999 }), RELEASES), []);
  assert.deepEqual(troublesOf(screen({ is_connected: false }, { sound: "blocked" }), RELEASES), []);
});

test("a kiosk runs its own page, and a copied token is shown wherever the device is", () => {
  const kiosk = {
    kind: "kiosk",
    is_paired: true,
    is_connected: true,
    since: AT,
    seen_at: AT,
    report: { release: "k1", clock_ms: 0 },
  };
  assert.deepEqual(troublesOf(kiosk, RELEASES), []);
  assert.deepEqual(troublesOf({ ...kiosk, report: { release: "v1", clock_ms: 0 } }, RELEASES), ["release"]);
  assert.deepEqual(
    troublesOf({ ...kiosk, is_connected: false, copied_at: AT, is_opened_twice: true }, RELEASES),
    ["copied"],
  );
  assert.deepEqual(troublesOf({ ...kiosk, is_opened_twice: true }, RELEASES), ["opened_twice"]);
});

test("a printer is good when it is ready, and needs no attention yet when its paper is nearly out", () => {
  const printer = (state) => ({ kind: "printer", id: "b1", state, since: AT });
  assert.deepEqual(standingOf(printer("ready")), { level: "good", key: "printer_ready", at: AT });
  assert.equal(standingOf(printer("near_end")).level, "busy");
  for (const state of [
    "paper_out",
    "cover_open",
    "cutter",
    "error",
    "offline",
    "mute",
    "unreachable",
    "unknown",
  ]) {
    assert.equal(standingOf(printer(state)).level, "trouble");
  }
  assert.notEqual(keyOf(printer("ready")), keyOf({ kind: "kiosk", id: "b1" }));
});

test("a difference of clocks is shown in its largest unit", () => {
  assert.deepEqual(clockOf(1_999), { key: "right", count: 0 });
  assert.deepEqual(clockOf(3_400), { key: "ahead_seconds", count: 3 });
  assert.deepEqual(clockOf(-120_000), { key: "behind_minutes", count: 2 });
  assert.deepEqual(clockOf(7_200_000), { key: "ahead_hours", count: 2 });
  assert.deepEqual(clockOf(86_399_400), { key: "ahead_days", count: 1 });
  assert.deepEqual(clockOf(-86_400_000), { key: "behind_days", count: 1 });
});

test("a picture counts when it was taken after the request, and in time", () => {
  const asked = { at: AT, pressedMs: 1_000 };
  assert.equal(askedOf(undefined, null, 0), null);
  assert.equal(askedOf(asked, null, 2_000), "asked");
  assert.equal(askedOf(asked, { taken_at: "2026-11-24T08:59:59.000000+00:00" }, 2_000), "asked");
  assert.equal(askedOf(asked, { taken_at: "2026-11-24T09:00:01.000000+00:00" }, 2_000), "came");
  assert.equal(askedOf(asked, null, 1_001 + ANSWERED_WITHIN_MS), "silent");
});
