import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyConsole, withCounter, withQueue } from "../../../../server/web/static/console/console_state.js";
import {
  bodyOf,
  emptyPaper,
  nextRows,
  paperOf,
  withAnotherTry,
  withAnswer,
  withArrived,
  withBatch,
  withCalled,
  withConsole,
  withEnded,
  withHere,
  withNoted,
  withQueueOf,
} from "../../../../server/web/static/console/paper_calls_state.js";
import { GESTURES } from "./gestures.mjs";
import { counter, leg, NOW, queue } from "./legs.mjs";

const AT = "2026-11-24T09:00:00.000Z";
const LATER = "2026-11-24T09:05:00.000Z";
const numbers = (rows) => rows.map(({ number }) => number);
const held = (id, mark) => ({ counter: id, session_mark: mark, state: "free", services: ["accueil"] });

function paperAt(values = {}, counters = [held("g3", "s1")]) {
  const legs = ["A041", "A042", "A043", "A044"].map((number) => leg(number));
  const told = queue({ legs, counters });
  const state = withQueue(withCounter(emptyConsole(GESTURES), counter(values)), told, NOW);
  return withQueueOf(emptyPaper("2026-11-24"), state, NOW);
}

test("the queue is kept for its day, without what helps or names a person", () => {
  const paper = paperAt();
  assert.deepEqual(numbers(nextRows(paper).own), ["A041", "A042", "A043", "A044"]);
  const known = ["class", "isOwn", "issued_at", "number", "service", "visit"];
  for (const row of paper.rows) assert.deepEqual(Object.keys(row).sort(), known);
  assert.deepEqual(paperOf(JSON.parse(JSON.stringify(paper)), "2026-11-24"), paper);
  assert.deepEqual(paperOf(paper, "2026-11-25"), emptyPaper("2026-11-25"));
});

test("two counters without server propose different numbers", () => {
  const counters = [held("g3", "s1"), held("g4", "s2")];
  const [here, there] = counters.map(({ counter: id, session_mark }) =>
    nextRows(paperAt({ counter: id, session_mark }, counters)),
  );
  assert.deepEqual(numbers(here.own), numbers(there.others));
  assert.equal(new Set([...numbers(here.own), ...numbers(there.own)]).size, 4);
});

test("who is called, comes and is received becomes a call to enter with its times", () => {
  let paper = withCalled(paperAt(), " a042 ", AT);
  assert.equal(paper.current.visit, "visit-A042");
  assert.ok(!numbers(nextRows(paper).own).includes("A042"));
  paper = withBatch(withEnded(withArrived(paper, AT), "served", LATER), () => "key-1");
  assert.deepEqual(bodyOf(paper.sending), {
    calls: [{ visit: "visit-A042", called_at: AT, started_at: AT, ended_at: LATER, end: "served" }],
  });
  assert.equal(paper.sending.counter, "g3");
  const again = withBatch(withCalled(paper, "A043", LATER), () => "key-2");
  assert.equal(again.sending.key, "key-1", "a batch without an answer keeps its key");
});

test("a number that was typed is sent as such", () => {
  const paper = withNoted(paperAt(), { number: "k7", called_at: AT, ended_at: LATER, end: "no_show" });
  assert.deepEqual(bodyOf(paper).calls, [{ number: "K7", called_at: AT, ended_at: LATER, end: "no_show" }]);
});

test("the person at the counter goes on, and is not sent when nothing happened", () => {
  const serving = leg("A040", { state: "in_service", last_called_at: AT, started_at: AT });
  const paper = withHere(paperAt({ leg: serving }));
  assert.equal(paper.current.number, "A040");
  assert.deepEqual(withConsole(paper).calls, []);
  const ended = withEnded(paper, "served", LATER);
  assert.deepEqual(numbers(ended.calls), ["A040"]);
  assert.equal(withHere(ended).current, null);
  const open = withConsole(withCalled(ended, "A041", LATER));
  assert.deepEqual(bodyOf(open).calls.at(-1), { visit: "visit-A041", called_at: LATER });
});

test("entered calls are gone, refused ones stay with their reason", () => {
  let paper = paperAt();
  for (const number of ["A041", "X999", "A042"])
    paper = withEnded(withCalled(paper, number, AT), "served", LATER);
  paper = withBatch(paper, () => "key-1");
  const no = { row: 1, code: "number_not_found", detail: "Aucun ticket.", state: null, choices: [] };
  const others = { row: 2, code: "wrong_state", detail: "Déjà terminée.", state: "ended", choices: [] };
  paper = withAnswer(paper, {
    entered: [{ row: 0, visit: "visit-A041", number: "A041" }],
    refused: [no, others],
  });
  assert.deepEqual(numbers(paper.calls), ["X999", "A042"]);
  assert.equal(withBatch(paper, () => "key-2").sending, null, "what was refused is not sent again");
  const tried = withBatch(withAnotherTry(paper), () => "key-2");
  assert.deepEqual(numbers(tried.sending.calls), ["X999"], "but a number not known yet");
});
