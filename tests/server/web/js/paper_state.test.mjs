import assert from "node:assert/strict";
import { test } from "node:test";

import {
  needsCare,
  paperOf,
  paperWords,
  reasonOf,
  withPrint,
} from "../../../../server/web/static/reception/paper_state.js";

const ticket = (print) => ({ visit: "v1", number: "A042", print });
const job = (state, verdict = null, why = null, id = "j1") => ({ job: id, visit: "v1", state, verdict, why });

for (const [state, verdict, word, isWorrying] of [
  ["queued", null, "queued", false],
  ["sending", null, "queued", false],
  ["queued", "refused", "retrying", true],
  ["sending", "refused", "retrying", true],
  ["sending", "held", "held", true],
  ["done", "printed", "printed", false],
  ["done", "unknown", "unknown", true],
  ["cancelled", "refused", "refused", true],
  ["cancelled", null, "refused", true],
]) {
  test(`a job ${state} with verdict ${verdict} is ${word}`, () => {
    assert.equal(paperOf(ticket(job(state, verdict))), word);
    assert.equal(needsCare(ticket(job(state, verdict))), isWorrying);
  });
}

test("a ticket without a printer says so, and needs no attention", () => {
  assert.equal(paperOf(ticket(null)), "none");
  assert.equal(needsCare(ticket(null)), false);
});

test("a reason is shown only where the desk can do something", () => {
  assert.equal(reasonOf(ticket(job("sending", "held", "paper_out"))), "paper_out");
  assert.equal(reasonOf(ticket(job("queued", "refused", "mute"))), null);
  assert.equal(reasonOf(ticket(job("done", "printed", "near_end"))), null);
});

test("a paper at the other printer is said with its place, and needs no attention", () => {
  const say = (key, { printer = "" } = {}) => `${key} ${printer}`.trim();
  const moved = ticket({ ...job("done", "printed"), other_printer: "Accueil" });
  assert.equal(paperWords(moved, say), "reception.print.printed (reception.print.elsewhere Accueil)");
  assert.equal(needsCare(moved), false);
  const before = [ticket(job("queued"))];
  const after = withPrint(before, { ...job("queued"), other_printer: "Accueil" });
  assert.equal(after[0].print.other_printer, "Accueil");
});

test("a message about a job changes its ticket and no other", () => {
  const tickets = [{ ...ticket(job("queued", null, null, "j0")), visit: "v0" }, ticket(job("queued"))];
  const after = withPrint(tickets, job("done", "printed"));
  assert.deepEqual(after[1].print, { job: "j1", state: "done", verdict: "printed", why: null });
  assert.equal(after[0], tickets[0]);
  assert.equal(withPrint(tickets, { ...job("done", "printed", null, "j2"), visit: "elsewhere" }), tickets);
});

test("a message about the one paper of a family changes all its tickets, but those printed again", () => {
  const family = [ticket(job("queued")), { ...ticket(job("queued")), visit: "v2" }];
  const other = { ...ticket(job("queued", null, null, "j3")), visit: "v3" };
  const after = withPrint([...family, other], job("sending", "held", "paper_out"));
  assert.deepEqual(after.map(paperOf), ["held", "held", "queued"]);
});

test("a final verdict stays despite late messages; a reprint takes over, and messages of the first paper are ignored", () => {
  const ended = [ticket(job("done", "printed"))];
  assert.equal(withPrint(ended, job("sending", "held", "paper_out")), ended);
  const reprinted = withPrint(ended, job("queued", null, null, "j2"));
  assert.equal(paperOf(reprinted[0]), "queued");
  assert.equal(withPrint(reprinted, job("done", "unknown")), reprinted);
});
