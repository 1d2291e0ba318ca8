import assert from "node:assert/strict";
import { test } from "node:test";

import { renewToken } from "../../../../server/web/static/devices/renewal.js";

/** A server that answers these statuses in order; null stands for a lost answer. */
async function renewed(...statuses) {
  const bodies = [];
  const waitedMs = [];
  const fetch = async (_, { body }) => {
    bodies.push(body);
    const status = statuses.shift();
    if (!status) throw new TypeError("lost");
    return new Response(null, { status });
  };
  const couldRenew = await renewToken(
    { told: "t" },
    {
      fetch,
      pause: async (ms) => {
        waitedMs.push(ms);
      },
    },
  );
  return { couldRenew, asked: bodies.length, bodies: new Set(bodies), waitedMs };
}

test("a rate limit behind one router is no refusal: the same request is repeated", async () => {
  const { couldRenew, asked, bodies } = await renewed(null, 429, 503, 429, 204);
  assert.deepEqual([couldRenew, asked, bodies.size], [true, 5, 1]);
});

test("a minute's brake is waited for, within the two minutes that an exchange has", async () => {
  const { couldRenew, asked, waitedMs } = await renewed(null, 429, 429, 429, 429, 204);
  assert.deepEqual([couldRenew, asked], [true, 6]);
  assert.ok(waitedMs.at(-1) >= 60_000);
  assert.ok(waitedMs.reduce((sum, ms) => sum + ms) < 120_000);
});

test("a refusal ends it, and so does a server that never answers", async () => {
  const refused = await renewed(409);
  assert.deepEqual([refused.couldRenew, refused.asked], [false, 1]);
  assert.equal((await renewed()).couldRenew, false);
});
