import assert from "node:assert/strict";
import { test } from "node:test";

import { Window } from "happy-dom";

globalThis.document = new Window().document; // before lit-html, which looks for one
const { createConflicts } = await import("../../../../server/web/static/configuration/edit_conflicts.js");

const MOVED = {
  code: "stale_draft",
  onto: { revision: 3, draft_version: 7 },
  theirs: [{ sentence: "Nom" }],
  mine: [],
  conflicts: [],
  discarded: false,
};
const GONE = {
  ...MOVED,
  onto: { revision: 3, draft_version: null },
  theirs: [],
  mine: [{ sentence: "Nom" }],
  discarded: true,
  author: "Ada",
};

/** The box with what a server answers, one after the other. */
function asking(...answers) {
  const seen = { puts: [], resumed: [], joined: [], left: 0 };
  const box = document.body.appendChild(document.createElement("section"));
  const view = {};
  const draft = {
    base: { base_revision: 3, draft_version: 6 },
    content: { name: "a" },
    resume: (detail) => seen.resumed.push(detail),
  };
  const put = async (body) => {
    seen.puts.push(body);
    return answers.shift();
  };
  const say = (key, { name = "" } = {}) => `${key} ${name}`.trim();
  const conflicts = createConflicts({
    box,
    view,
    say,
    put,
    draft,
    joined: (told) => seen.joined.push(told),
    left: () => (seen.left += 1),
  });
  return { conflicts, box, view, seen };
}

test("changes without a conflict are merged at once, onto the known state", async () => {
  const { conflicts, box, view, seen } = asking({ ok: true, status: 200 });
  await conflicts.ask(MOVED);
  assert.deepEqual(seen.puts, [
    {
      base_revision: 3,
      draft_version: 6,
      content: { name: "a" },
      joining: { onto: MOVED.onto, choices: {} },
    },
  ]);
  assert.deepEqual(seen.joined, [MOVED]);
  assert.deepEqual([box.hidden, view.inert], [true, false]);
});

test("a joining that fails hands the draft back to go on saving", async () => {
  for (const answer of [
    { ok: false, status: 0, problem: null },
    { ok: false, status: 403, problem: { detail: "no" } },
  ]) {
    const { conflicts, view, seen } = asking(answer);
    await conflicts.ask(MOVED);
    assert.deepEqual(seen.resumed, [answer.problem?.detail]);
    assert.deepEqual([seen.joined, view.inert], [[], false]);
  }
});

test("a discarded draft comes back only when it is taken up again", async () => {
  const { conflicts, box, view, seen } = asking({ ok: true, status: 200 });
  await conflicts.ask(GONE);
  assert.deepEqual([seen.puts, box.hidden, view.inert], [[], false, true]);
  assert.equal(box.querySelector("h2").textContent.trim(), "editing.discarded.title Ada");
  assert.deepEqual(
    [...box.querySelectorAll("li")].map(({ textContent }) => textContent),
    ["Nom"],
  );
  box.querySelector("button").click();
  assert.deepEqual(seen.puts[0].joining, { onto: GONE.onto, choices: {} });
});

test("a discarded draft may be let go", async () => {
  const { conflicts, box, view, seen } = asking();
  await conflicts.ask(GONE);
  box.querySelectorAll("button")[1].click();
  assert.deepEqual([seen.left, seen.puts, box.hidden, view.inert], [1, [], true, false]);
});
