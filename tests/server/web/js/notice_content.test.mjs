import assert from "node:assert/strict";
import { test } from "node:test";

import { cleaned, plainWords, sectionsOf } from "../../../../server/web/static/notices/notice_content.js";

const NOW = Date.parse("2026-11-24T10:00:00Z");
const FIELDS = {
  text: [{ name: "bodies" }],
  hours: [],
  delays: [{ name: "rows" }, { name: "sources" }, { name: "stands_on" }],
  steps: [{ name: "steps" }],
};
const notice = (state, more = {}) => ({
  notice: state,
  state,
  waits_for_me: false,
  from: null,
  until: null,
  ...more,
});

test("a valid content has no field of another kind, no empty text, no condition without a queue", () => {
  const typed = {
    kind: "text",
    titles: { fr: "Un", en: "" },
    bodies: { fr: "<p>1</p>" },
    asked: { fr: "x" },
    when: { queue: undefined, more_than: 3 },
    ms: null,
  };
  assert.deepEqual(cleaned(typed, FIELDS.text), {
    kind: "text",
    titles: { fr: "Un" },
    when: null,
    ms: null,
    bodies: { fr: "<p>1</p>" },
  });
  assert.deepEqual(cleaned({ kind: "hours", titles: {}, when: { queue: "q" } }, FIELDS.hours).when, {
    queue: "q",
  });
  const delays = {
    kind: "delays",
    rows: [{ labels: { fr: "A", en: "" } }],
    stands_on: "2026-11-02",
    sources: { fr: "B" },
  };
  assert.deepEqual(cleaned(delays, FIELDS.delays).rows, [{ labels: { fr: "A" } }]);
  const steps = { kind: "steps", steps: [{ icon: "ticket", sentences: { fr: "A", en: "" } }], asked: {} };
  assert.deepEqual(cleaned({ ...steps, link: "https://example.org", credits: { fr: "B" } }, FIELDS.steps), {
    kind: "steps",
    link: "https://example.org",
    when: null,
    credits: { fr: "B" },
    steps: [{ icon: "ticket", sentences: { fr: "A" } }],
  });
});

test("notices that wait for the reader come first, and each is listed once", () => {
  const mine = notice("submitted", { waits_for_me: true });
  const planned = notice("published", { from: "2026-11-25T10:00:00Z" });
  const shown = notice("published", { from: "2026-11-24T09:00:00Z" });
  const found = sectionsOf([planned, notice("draft"), notice("withdrawn"), shown, mine], NOW);
  assert.deepEqual(
    found.map(({ name, notices }) => [name, notices.length]),
    [
      ["mine", 1],
      ["on_screen", 1],
      ["planned", 1],
      ["draft", 1],
      ["over", 1],
    ],
  );
  assert.deepEqual(sectionsOf([], NOW), []);
});

test("marks are left out where two versions are compared", () => {
  assert.equal(plainWords("<h3>Titre</h3><p>Un <b>mot</b> &amp; plus</p>"), "Titre\nUn mot & plus");
  assert.equal(plainWords(5000), 5000);
});
