import assert from "node:assert/strict";
import { test } from "node:test";

import { setAt, valueAt } from "../../../../server/web/static/shared/paths.js";

test("a path leads into lists and objects, and makes missing parts on the way", () => {
  const content = {};
  setAt(content, "rows[0].labels.fr", "Visa");
  setAt(content, "rows[1].labels.fr", "Permis");
  setAt(content, "titles.fr", "Délais");
  assert.deepEqual(content, {
    rows: [{ labels: { fr: "Visa" } }, { labels: { fr: "Permis" } }],
    titles: { fr: "Délais" },
  });
  assert.equal(valueAt(content, "rows[1].labels.fr"), "Permis");
  assert.equal(valueAt(content, "rows[2].labels.fr"), undefined);
});
