import assert from "node:assert/strict";
import { test } from "node:test";
import { createPaced } from "../../../../server/web/static/shared/paced_refetch.js";

test("many changes are read once, no sooner than the pace allows", () => {
  const asked = [];
  let at = 1_000;
  let reads = 0;
  const paced = createPaced(
    () => {
      reads += 1;
    },
    500,
    { clock: () => at, later: (work, ms) => asked.push({ work, ms }) },
  );
  paced.soon();
  paced.soon();
  assert.deepEqual(
    asked.map(({ ms }) => ms),
    [0],
    "the first one at once, the second with it",
  );
  asked.pop().work();
  at += 100;
  paced.soon();
  assert.equal(asked[0].ms, 400);
  assert.equal(paced.ageMs(), 100);
  asked.pop().work();
  assert.equal(reads, 2);
});
