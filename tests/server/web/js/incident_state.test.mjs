// What a page shows of incidents: whole states by hall, the words of who pressed and of who may come.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  newlyReceived,
  NO_INCIDENTS,
  ownIncidents,
  ownText,
  receivedIncidents,
  receivedText,
  receiversTexts,
  withAnswer,
  withHall,
} from "../../../../server/web/static/incidents/incident_state.js";

const NOW_MS = Date.parse("2026-11-24T09:10:00Z");
const say = (key, values = {}) => [key, ...Object.values(values)].join(" ");
const words = { say, language: "fr", hour: (at) => at.slice(11, 16), phone: "17", hall: "laon" };

const incident = (id, more = {}) => ({
  incident: id,
  counter: "laon-g1",
  labels: { fr: "guichet 1", en: "desk 1" },
  state: "raised",
  is_beyond: false,
  presses: 1,
  raised_at: "2026-11-24T09:09:00Z",
  answered_at: null,
  answered_by: null,
  ...more,
});
const message = (version, incidents, hall = "laon") => ({
  hall,
  epoch: "e",
  version,
  as_of: "2026-11-24T09:10:00Z",
  name: `Hall de ${hall}`,
  incidents,
});
const answered = (by, at = "2026-11-24T09:09:30Z") => ({
  state: "answered",
  answered_at: at,
  answered_by: by,
});

test("an older state of a hall changes nothing, and each hall has its own order", () => {
  const now = withHall(withHall(NO_INCIDENTS, message(8, [])), message(7, [incident("a")]));
  assert.deepEqual(receivedIncidents(now, "laon", NOW_MS), []);
  const both = withHall(now, message(2, [incident("b", { is_beyond: true })], "vervins"));
  assert.deepEqual(
    receivedIncidents(both, "laon", NOW_MS).map((one) => one.incident),
    ["b"],
  );
});

test("who pressed sees their own incident apart, also where the answer came after the message", () => {
  const heard = withHall(NO_INCIDENTS, message(3, [incident("mine"), incident("other")]));
  const read = withAnswer(heard, { own: ["mine"], answered: [], halls: [message(3, [])] }, NOW_MS);
  assert.deepEqual(
    ownIncidents(read).map((one) => one.incident),
    ["mine"],
  );
  assert.deepEqual(
    receivedIncidents(read, "laon", NOW_MS).map((one) => one.incident),
    ["other"],
  );
});

test("another hall's incident is shown once it has gone beyond it; an answered one for two minutes", () => {
  const guard = { role: "security", labels: null, hall: null };
  const old = answered(guard, "2026-11-24T09:07:00Z");
  const here = withHall(NO_INCIDENTS, message(3, [incident("old", old), incident("new", answered(guard))]));
  const both = withHall(here, message(3, [incident("far")], "vervins"));
  const shown = (state) => receivedIncidents(state, "laon", NOW_MS).map((one) => one.incident);
  assert.deepEqual(shown(both), ["new"]);
  assert.deepEqual(
    shown({ ...both, answered: ["old"] }),
    ["old", "new"],
    "who goes there sees it to the end",
  );
});

test("a computer that is not set right shows an answered incident for two minutes too", () => {
  const late = incident("late", answered({ role: "security", labels: null, hall: null }));
  const computerMs = NOW_MS + 3_600_000;
  const read = withAnswer(NO_INCIDENTS, { own: [], answered: [], halls: [message(3, [late])] }, computerMs);
  const shown = (nowMs) => receivedIncidents(read, "laon", nowMs).length;
  assert.deepEqual([shown(computerMs), shown(computerMs + 120_000)], [1, 0]);
});

test("a sound is for an incident that was not there before and that nobody answered", () => {
  const one = incident("a");
  assert.equal(newlyReceived([], [one]), true);
  assert.equal(newlyReceived([one], [one]), false);
  assert.equal(
    newlyReceived([], [incident("b", answered({ role: "agent", labels: null, hall: null }))]),
    false,
  );
});

test("who would receive it is said by place and function, and that nobody would", () => {
  const here = [
    { page: "console", counter: "laon-g2", labels: { fr: "guichet 2" } },
    { page: "security", counter: null, labels: null },
    { page: "security", counter: null, labels: null },
  ];
  const found = { here, beyond: 2, is_known: true, phone: "17" };
  assert.deepEqual(receiversTexts(found, words), [
    "incidents.panel.here guichet 2, incidents.who.security (2)",
    "incidents.panel.beyond 2",
  ]);
  assert.deepEqual(receiversTexts({ ...found, here: [] }, words), ["incidents.panel.nobody_here 2"]);
  assert.deepEqual(receiversTexts({ ...found, here: [], beyond: 0 }, words), ["incidents.panel.nobody 17"]);
  assert.deepEqual(receiversTexts({ ...found, is_known: false }, words), ["incidents.panel.unknown 17"]);
});

test("who pressed reads what becomes of it, and where to telephone", () => {
  const text = (more, isReceived = true) => ownText(incident("a", more), { ...words, isReceived });
  assert.equal(text({}), "incidents.own.sent 09:09");
  assert.equal(text({}, false), "incidents.own.nobody 17");
  assert.equal(text({ state: "escalated" }), "incidents.own.escalated 09:09");
  assert.equal(text({ state: "unanswered" }), "incidents.own.unanswered 17");
  const far = { role: "supervisor", labels: null, hall: "Hall de vervins" };
  assert.equal(
    text(answered(far), false),
    "incidents.own.answered Incidents.role.supervisor (Hall de vervins)",
  );
});

test("who may come reads the place, the other hall, and that somebody else goes there", () => {
  const one = { ...incident("a"), hall: "laon", hallName: "Hall de laon" };
  const text = (more) => receivedText({ ...one, ...more }, { ...words, isMine: false });
  assert.equal(text({}), "incidents.received.asks Guichet 1 09:09");
  assert.equal(text({ labels: null }), "incidents.received.asks incidents.place.reception 09:09");
  assert.equal(
    receivedText(one, { ...words, language: "en", isMine: false }),
    "incidents.received.asks Desk 1 09:09",
  );
  const far = { hall: "vervins", hallName: "Hall de vervins", state: "escalated" };
  assert.equal(text(far), "incidents.received.nobody Hall de vervins · Guichet 1 09:09");
  const by = { role: "agent", labels: { fr: "guichet 2" }, hall: null };
  assert.equal(text(answered(by)), "incidents.received.answered Guichet 1 guichet 2");
});
