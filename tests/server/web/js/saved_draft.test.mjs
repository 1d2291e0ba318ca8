import assert from "node:assert/strict";
import { test } from "node:test";

import { createDraft } from "../../../../server/web/static/shared/saved_draft.js";

/** A draft with a server, a clock and a store one can look at. */
function working(answers, more = {}) {
  const seen = { puts: [], states: [], timers: [], collisions: [], taken: [] };
  const kept = new Map();
  const store = {
    setItem: (key, text) => kept.set(key, text),
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key),
  };
  const draft = createDraft({
    key: "k",
    store,
    put: async (body) => {
      seen.puts.push(structuredClone(body));
      return answers.shift();
    },
    baseOf,
    tell: (state) => seen.states.push(state),
    took: (answer) => seen.taken.push(answer),
    collided: (problem) => seen.collisions.push(problem),
    later: (work) => seen.timers.push(work),
    stop: () => (seen.timers = []),
    ...more,
  });
  return { draft, seen, kept, store };
}

const saved = (version) => ({
  ok: true,
  status: 200,
  body: { version, base_revision: 3, problems: [], changes: [] },
});
const baseOf = ({ base_revision, version }) => ({ base_revision, draft_version: version });
const START = { base_revision: 3, draft_version: null };

test("many edits are one save, the next is based on the version before", async () => {
  const { draft, seen, kept } = working([saved(1), saved(2)]);
  const content = { name: "a" };
  draft.begin(content, START);
  content.name = "b";
  draft.edited();
  content.name = "c";
  draft.edited();
  assert.equal(seen.timers.length, 1);
  assert.ok(kept.get("k").includes('"c"'));
  assert.equal(draft.isSaved, false);
  await draft.flush();
  assert.deepEqual(seen.puts, [{ ...START, content: { name: "c" } }]);
  assert.equal(kept.size, 0);
  assert.equal(draft.isSaved, true);
  draft.edited();
  await draft.flush();
  assert.equal(seen.puts[1].draft_version, 1);
});

test("a save without the right is not tried for ever: it is kept, and sent with the next edit", async () => {
  const { draft, seen, kept } = working([{ ok: false, status: 403, problem: { detail: "no" } }, saved(1)]);
  draft.begin({ name: "a" }, START);
  draft.edited();
  seen.timers = [];
  await draft.flush();
  assert.deepEqual(
    [seen.states.at(-1), seen.timers.length, kept.size, draft.isSaved],
    ["barred", 0, 1, false],
  );
  draft.edited();
  await draft.flush();
  assert.deepEqual([seen.states.at(-1), kept.size, draft.isSaved], ["saved", 0, true]);
});

test("an edit during a save is saved after it", async () => {
  const { draft, seen } = working([]);
  const content = { name: "a" };
  draft.begin(content, START);
  let answer;
  const slow = new Promise((resolve) => (answer = resolve));
  const waiting = createDraft({
    key: "k",
    store: { setItem() {}, getItem: () => null, removeItem() {} },
    put: () => slow,
    baseOf,
    tell: (state) => seen.states.push(state),
    took() {},
    collided() {},
    later: (work) => seen.timers.push(work),
    stop() {},
  });
  waiting.begin(content, START);
  waiting.edited();
  const first = waiting.flush();
  waiting.edited();
  answer(saved(1));
  await first;
  assert.equal(waiting.isSaved, false);
  assert.equal(seen.states.at(-1), "waiting");
});

test("without an answer the edits stay on this computer and are tried again", async () => {
  const { draft, seen, kept } = working([{ ok: false, status: 0, problem: null }, saved(1)]);
  draft.begin({ name: "a" }, START);
  draft.edited();
  await draft.flush();
  assert.equal(seen.states.at(-1), "unreachable");
  assert.equal(kept.size, 1);
  await seen.timers.at(-1)();
  assert.equal(seen.states.at(-1), "saved");
  assert.equal(kept.size, 0);
});

test("another person's change stops saving until both are merged, and nothing is lost", async () => {
  const { draft, seen, kept } = working([
    { ok: false, status: 409, problem: { code: "stale_draft" } },
    saved(9),
  ]);
  const content = { name: "a" };
  draft.begin(content, START);
  draft.edited();
  await draft.flush();
  assert.deepEqual(seen.collisions, [{ code: "stale_draft" }]);
  draft.edited();
  await draft.flush();
  assert.equal(seen.puts.length, 1);
  assert.equal(draft.isSaved, false);
  assert.equal(kept.size, 1);
  draft.settle();
  assert.equal(draft.isSaved, true);
});

test("once both are joined, and when joining fails, edits are saved again", async () => {
  const stale = { ok: false, status: 409, problem: {} };
  for (const goOn of [
    ({ draft }) => draft.settle() ?? draft.edited(),
    ({ draft, seen }) => {
      draft.resume("away");
      assert.equal(seen.states.at(-1), "unreachable");
      assert.equal(draft.isSaved, false);
    },
  ]) {
    const { draft, seen } = working([stale, saved(9)]);
    draft.begin({ name: "a" }, START);
    draft.edited();
    await draft.flush();
    goOn({ draft, seen });
    await seen.timers.at(-1)();
    assert.equal(seen.puts.length, 2);
    assert.equal(draft.isSaved, true);
  }
});

test("unsaved changes of an earlier page are resumed", async () => {
  const { draft, seen, store } = working([saved(5)]);
  store.setItem("k", JSON.stringify({ base_revision: 2, draft_version: 4, content: { name: "left" } }));
  const left = draft.begin({ name: "server" }, START);
  assert.deepEqual(draft.takeUp(left), { name: "left" });
  await draft.flush();
  assert.deepEqual(seen.puts, [{ base_revision: 2, draft_version: 4, content: { name: "left" } }]);
  store.setItem("k", JSON.stringify({ ...START, content: { name: "same" } }));
  assert.equal(draft.begin({ name: "same" }, START), null);
});

test("while somebody types, a paced draft is saved again and again, and not at each key", async () => {
  const { draft, seen } = working([saved(1), saved(2)], { isPaced: true, store: null });
  draft.begin("", START);
  for (const typed of ["F", "Fe", "Fer"]) draft.edited(typed);
  assert.equal(seen.timers.length, 1, "later keys do not put it off");
  await seen.timers.pop()();
  assert.deepEqual([seen.puts.length, seen.puts[0].content], [1, "Fer"]);
  draft.edited("Fermé");
  assert.equal(seen.timers.length, 1, "the next save");
  await draft.flush();
  draft.edited("Fermé le 24");
  assert.equal(seen.timers.length, 1, "after a save at once, too");
});

test("a page that is left sends what it still holds, and what somebody chose is written over another's", async () => {
  const { draft, seen } = working([saved(1), { ok: false, status: 409, problem: {} }, saved(9)]);
  draft.begin("a", START);
  draft.leave();
  assert.equal(seen.puts.length, 0, "nothing was typed");
  draft.edited("ab");
  draft.leave();
  assert.equal(seen.puts.at(-1).content, "ab");
  await draft.flush();
  draft.leave();
  assert.equal(seen.puts.length, 2, "another save stands, and nobody has chosen");
  await draft.overwrite({ draft_version: 8 });
  assert.deepEqual(seen.puts.at(-1), { draft_version: 8, content: "ab" });
  assert.equal(draft.isSaved, true);
});
