import assert from "node:assert/strict";
import { test } from "node:test";

import { ASKED_FOR_MS, createPictures } from "../../signage/static/pictures.js";
import { createReporter, panelOf, reportOf } from "../../signage/static/player_report.js";

const KNOWN = {
  media: "up to date",
  view: "rest",
  isAlert: false,
  isAsleep: false,
  hasSound: true,
  isSoundOff: false,
  revision: "r1",
  release: "v1",
  lead: -3_000,
  notice: undefined,
  size: [1920, 1080],
};

function watched({ random = () => 0.5 } = {}) {
  const taken = [];
  let end = null;
  const pictures = createPictures({
    random,
    take: () =>
      new Promise((resolve) => {
        taken.push(true);
        end = resolve;
      }),
  });
  return {
    pictures,
    taken,
    end: async () => {
      end();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

test("a picture is taken within the first minute, then every few minutes", async () => {
  const { pictures, taken, end } = watched();
  for (let now = 0; now < 30_000; now += 500) pictures.tick({ now, everyMs: 300_000, isCalm: true });
  assert.equal(taken.length, 0);
  pictures.tick({ now: 30_000, everyMs: 300_000, isCalm: true });
  assert.equal(taken.length, 1);
  await end();
  pictures.tick({ now: 329_000, everyMs: 300_000, isCalm: true });
  assert.equal(taken.length, 1);
  pictures.tick({ now: 330_000, everyMs: 300_000, isCalm: true });
  assert.equal(taken.length, 2);
});

test("no picture is taken during a call; it follows as soon as the screen is calm", () => {
  const { pictures, taken } = watched({ random: () => 0 });
  for (let now = 0; now < 12_000; now += 500) pictures.tick({ now, everyMs: 300_000, isCalm: false });
  assert.equal(taken.length, 0);
  pictures.tick({ now: 12_000, everyMs: 300_000, isCalm: true });
  assert.equal(taken.length, 1);
});

test("a requested picture is taken at once, also where none is taken by itself", async () => {
  const { pictures, taken, end } = watched();
  pictures.tick({ now: 0, everyMs: 0, isCalm: true });
  pictures.ask(1_000);
  pictures.tick({ now: 1_200, everyMs: 0, isCalm: true });
  assert.equal(taken.length, 1);
  await end();
  for (let now = 2_000; now < 7_200_000; now += 60_000) pictures.tick({ now, everyMs: 0, isCalm: true });
  assert.equal(taken.length, 1);
});

test("a picture that could not be taken in time is dropped: the page has already said so", () => {
  const { pictures, taken } = watched();
  pictures.ask(0);
  pictures.tick({ now: ASKED_FOR_MS, everyMs: 0, isCalm: false });
  pictures.tick({ now: ASKED_FOR_MS + 500, everyMs: 0, isCalm: true });
  assert.equal(taken.length, 0);
});

test("one picture at a time, and a failed one does not end them", async () => {
  let calls = 0;
  const warn = console.warn;
  console.warn = () => {};
  const pictures = createPictures({
    take: () => {
      calls += 1;
      return Promise.reject(new Error("no"));
    },
  });
  pictures.ask(0);
  pictures.tick({ now: 0, everyMs: 0, isCalm: true });
  pictures.ask(1);
  pictures.tick({ now: 1, everyMs: 0, isCalm: true });
  assert.equal(calls, 1);
  for (let n = 0; n < 4; n += 1) await Promise.resolve();
  pictures.tick({ now: 2, everyMs: 0, isCalm: true });
  assert.equal(calls, 2);
  console.warn = warn;
});

test("the report holds what this computer noted of its panel, and nothing where it noted none", () => {
  const panel = { method: "cec", commanded: "off", answered: "off" };
  assert.deepEqual(reportOf({ ...KNOWN, panel: panelOf(JSON.stringify(panel)) }).panel, panel);
  for (const nothing of [undefined, "", "{"]) assert.equal(panelOf(nothing), null);
  assert.equal(reportOf(KNOWN).panel, null);
});

test("the report says how far the screen's own clock is ahead, what it shows, and whether it can speak", () => {
  assert.equal(reportOf(KNOWN).clock_ms, 3_000);
  assert.equal(reportOf(KNOWN).view, "rest");
  assert.equal(reportOf({ ...KNOWN, isAsleep: true }).view, "asleep");
  assert.equal(reportOf({ ...KNOWN, isAsleep: true, isAlert: true }).view, "alert");
  assert.deepEqual(
    [reportOf(KNOWN).sound, reportOf({ ...KNOWN, isSoundOff: true }).sound],
    ["on", "blocked"],
  );
  assert.equal(reportOf({ ...KNOWN, hasSound: false, isSoundOff: true }).sound, "none");
  assert.equal(reportOf({ ...KNOWN, revision: undefined }).revision, "");
});

test("a report is sent when it changes, again after a new connection, and again where it could not be sent", () => {
  const sent = [];
  let isConnected = true;
  const reporter = createReporter({
    send: (name, report) => isConnected && sent.push([name, report.view, report.clock_ms]) > 0,
  });
  const report = reportOf(KNOWN);
  reporter.tell(report);
  reporter.tell({ ...report, clock_ms: 3_010 });
  assert.deepEqual(sent, [["player.state", "rest", 3_000]]);
  isConnected = false;
  reporter.tell({ ...report, view: "calls" });
  isConnected = true;
  reporter.tell({ ...report, view: "calls" });
  reporter.again();
  reporter.tell({ ...report, view: "calls", clock_ms: 3_020 });
  assert.deepEqual(sent.slice(1), [
    ["player.state", "calls", 3_000],
    ["player.state", "calls", 3_020],
  ]);
});
