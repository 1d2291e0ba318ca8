import assert from "node:assert/strict";
import test from "node:test";

import {
  appliedOf,
  isAwaited,
  publishedWords,
  sorted,
  whoWords,
} from "../../../../server/web/static/configuration/configuration_words.js";

const words = {
  say: (key, values = {}) => [key, ...Object.values(values).filter((each) => each !== null)].join(" "),
  moment: (text) => text.slice(0, 10),
};
const revision = {
  revision: 3,
  published_at: "2026-11-26T08:00:00Z",
  author: "Ada",
  origin: "browser",
  restores: null,
};

test("a revision is shown with its author, or its place without an account, and the revision it restores", () => {
  assert.equal(publishedWords({ ...revision, revision: 0 }, words), "publishing.published.never");
  assert.equal(publishedWords(revision, words), "publishing.published.by 3 2026-11-26 Ada");
  assert.equal(
    publishedWords({ ...revision, restores: 1 }, words),
    "publishing.published.restored 3 2026-11-26 Ada 1",
  );
  assert.equal(whoWords(null, "command_line", words.say), "publishing.origin.command_line");
  assert.equal(whoWords(null, null, words.say), "publishing.origin.browser");
});

test("only an up-to-date device counts as applied, and pending ones are waited for", () => {
  const halls = (...states) => [{ devices: states.map((state) => ({ state })) }];
  assert.deepEqual(appliedOf(halls("up to date", "unknown", "pending", "possibly outdated")), {
    count: 1,
    all: 4,
  });
  assert.deepEqual(appliedOf([]), { count: 0, all: 0 });
  assert.equal(isAwaited(halls("up to date", "not updated", "unknown")), false);
  assert.equal(isAwaited([...halls("up to date"), ...halls("pending")]), true);
});

test("errors keep a draft from being published, warnings do not", () => {
  const [error, warning] = [
    { code: "a", is_warning: false },
    { code: "b", is_warning: true },
  ];
  assert.deepEqual(sorted([warning, error]), { errors: [error], warnings: [warning] });
});
