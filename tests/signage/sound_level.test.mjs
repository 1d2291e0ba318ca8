import assert from "node:assert/strict";
import { test } from "node:test";
import { alertLevel, soundLevel } from "../../signage/static/sound_level.js";

const sound = {
  most_percent: 80,
  levels: [
    { opens: "08:30", closes: "12:00", percent: 60 },
    { opens: "18:00", closes: "23:59", percent: 0 },
  ],
};
const level = (time, more = {}) =>
  soundLevel({
    sound,
    quietUntil: null,
    at: Date.parse(`2026-11-24T${time}:00+01:00`),
    timeZone: "Europe/Paris",
    ...more,
  });

test("the level follows the hall's hours in its own time zone, outside them it is the most", () => {
  assert.equal(level("08:29"), 0.8);
  assert.equal(level("08:30"), 0.6);
  assert.equal(level("11:59"), 0.6);
  assert.equal(level("12:00"), 0.8);
  assert.equal(level("23:59"), 0);
});

test("nothing is louder than the maximum, with any level", () => {
  const wrong = { most_percent: 50, levels: [{ opens: "00:00", closes: "23:59", percent: 90 }] };
  assert.equal(level("10:00", { sound: wrong }), 0.5);
});

test("quiet ends by itself", () => {
  const quietUntil = "2026-11-24T10:30:00.000000+01:00";
  assert.equal(level("10:29", { quietUntil }), 0);
  assert.equal(level("10:30", { quietUntil }), 0.6);
});

test("a screen that knows of no levels speaks at full level", () => {
  assert.equal(level("10:00", { sound: undefined }), 1);
});

test("an alert speaks at the level of the hour, and at the most where the hall would say nothing", () => {
  const loud = (time, more = {}) =>
    alertLevel({ sound, at: Date.parse(`2026-11-24T${time}:00+01:00`), timeZone: "Europe/Paris", ...more });
  assert.equal(loud("09:00"), 0.6);
  assert.equal(loud("12:30"), 0.8);
  assert.equal(loud("19:00"), 0.8);
  assert.equal(loud("09:00", { quietUntil: "2026-11-24T10:30:00+01:00" }), 0.6);
  assert.equal(loud("09:00", { sound: undefined }), 1);
});
