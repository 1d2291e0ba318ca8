import assert from "node:assert/strict";
import { test } from "node:test";

import { ring, RING_MS, TIMES } from "../../signage/static/ring.js";

test("the ring of a new call shows three times, once a second, and is gone after that", () => {
  const due = [];
  const card = { dataset: {} };
  ring(card, (work, ms) => due.push({ work, ms }));
  const seen = [[0, card.dataset.ring]];
  for (const { work, ms } of due.sort((one, other) => one.ms - other.ms)) {
    work();
    seen.push([ms, card.dataset.ring ?? "off"]);
  }
  const shows = seen.filter(([, state]) => state === "on").map(([ms]) => ms);
  assert.deepEqual(shows, [0, RING_MS, 2 * RING_MS]);
  assert.equal(shows.length, TIMES);
  assert.ok(RING_MS >= 334, "at most three flashes a second");
  assert.equal(seen.at(-1)[1], "off");
  assert.equal(seen.length, 2 * TIMES, "it is off between two times");
});
