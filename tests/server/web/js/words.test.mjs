import assert from "node:assert/strict";
import { test } from "node:test";

import {
  hourTeller,
  minutes,
  secondsSince,
  stopwatch,
  todayAt,
} from "../../../../server/web/static/shared/durations.js";
import { accepted, isBehind, NOTHING_SEEN } from "../../../../server/web/static/shared/freshness.js";
import { sayer } from "../../../../server/web/static/shared/sentences.js";

test("a stopwatch shows minutes and seconds, then hours", () => {
  assert.deepEqual([stopwatch(-3), stopwatch(252.9), stopwatch(3725)], ["00:00", "04:12", "1:02:05"]);
});

test("durations are whole minutes, then hours and minutes", () => {
  const say = sayer(
    { "console.duration.minutes": "{minutes} min", "console.duration.hours": "{hours} h {minutes}" },
    "fr",
  );
  assert.deepEqual([minutes(59, say), minutes(660, say), minutes(4320, say)], ["0 min", "11 min", "1 h 12"]);
});

test("an instant that is absent or ahead is no time ago", () => {
  const now = Date.parse("2026-11-24T09:00:00Z");
  assert.deepEqual(
    [
      secondsSince(null, now),
      secondsSince("2026-11-24T09:05:00Z", now),
      secondsSince("2026-11-24T08:59:30Z", now),
    ],
    [0, 0, 30],
  );
});

test("hours are those of the hall's time zone, across the change of time", () => {
  const hour = hourTeller("fr", "Europe/Paris");
  assert.deepEqual(
    [hour("2026-10-25T00:30:00Z"), hour("2026-10-25T01:30:00Z"), hour(null)],
    ["02:30", "02:30", ""],
  );
});

test("a sentence has its placeholders filled and its plural chosen by the language", () => {
  const sentences = { a: "{number} · {at}", n: { one: "{count} personne", other: "{count} personnes" } };
  const french = sayer(sentences, "fr");
  assert.equal(french("a", { number: "A042" }), "A042 · {at}");
  assert.deepEqual(
    [0, 1, 2].map((count) => french("n", { count })),
    ["0 personne", "1 personne", "2 personnes"],
  );
  assert.equal(sayer(sentences, "es")("n", { count: 0 }), "0 personnes");
  assert.throws(() => french("missing"));
  assert.deepEqual([french.knows("a"), french.knows("missing")], [true, false]);
});

test("only newer states are accepted; an epoch that was left never returns", () => {
  const at = (epoch, version, asOf = "2026-11-24T09:00:00Z") => ({ epoch, version, as_of: asOf });
  const first = accepted(NOTHING_SEEN, at("e1", 5));
  assert.equal(accepted(first, at("e1", 5)), null);
  assert.equal(accepted(first, at("e1", 4, "2026-11-24T10:00:00Z")), null);
  assert.notEqual(accepted(first, at("e1", 5, "2026-11-24T09:00:01Z")), null);
  const second = accepted(first, at("e2", 1));
  assert.equal(second.version, 1);
  assert.equal(accepted(second, at("e1", 99)), null);
  assert.deepEqual(
    [
      isBehind(second, at("e2", 1)),
      isBehind(second, at("e2", 2)),
      isBehind(second, at("e1", 9)),
      isBehind(second, at("e3", 0)),
    ],
    [false, true, false, true],
  );
});

test("an hour that is typed is one of today's in the hall's time zone", () => {
  const now = Date.parse("2026-11-24T09:41:30Z"); // 10:41 in Laon
  assert.equal(todayAt("11:15", now, "Europe/Paris"), "2026-11-24T10:15:00.000Z");
  assert.equal(todayAt("08:00", now, "Europe/Paris"), "2026-11-24T07:00:00.000Z");
  assert.equal(
    todayAt("00:30", Date.parse("2026-11-24T23:10:00Z"), "Europe/Paris"),
    "2026-11-24T23:30:00.000Z",
  );
});
