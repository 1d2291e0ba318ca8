import assert from "node:assert/strict";
import { test } from "node:test";

import { createReturn } from "../../../../server/web/static/shared/freshness.js";

/** A page that lost a server which is away until `readyAt`; the instants at which it asked and connected. */
async function returned({ readyAt, phase, beat, mostMs }) {
  let now = 0;
  const asked = [];
  const connected = [];
  let work = null;
  const back = createReturn(() => connected.push(now), {
    mostMs,
    random: () => phase,
    ask: async () => asked.push(now) && now >= readyAt,
    later: (next, ms) => {
      work = next;
      now += ms;
    },
  });
  if (beat) back.heard(beat);
  back.lost();
  while (!connected.length) await work();
  return { asked, connected, back };
}

test("a thousand pages come back spread over the span that the server named, and none later", async () => {
  const beat = { return_ms: 4_000 };
  const pages = Array.from({ length: 1_000 }, (_, page) => page / 1_000);
  const all = await Promise.all(pages.map((phase) => returned({ readyAt: 600_000, phase, beat })));
  const late = all.map(({ connected }) => connected[0] - 600_000);
  const inEachSecond = [0, 1_000, 2_000, 3_000].map(
    (from) => late.filter((ms) => ms >= from && ms < from + 1_000).length,
  );
  assert.deepEqual(inEachSecond, [250, 250, 250, 250], "also after ten minutes: no pause grows");
});

test("a kiosk never waits longer than its own bound, and a server without a span has three seconds", async () => {
  const kiosk = await returned({ readyAt: 50_000, phase: 0.9, beat: { return_ms: 20_000 }, mostMs: 3_000 });
  assert.ok(kiosk.connected[0] - 50_000 < 3_000);
  const before = await returned({ readyAt: 50_000, phase: 0.5, beat: {} });
  assert.equal(before.asked[1] - before.asked[0], 3_000);
});

test("a page that is already asking does not begin twice", async () => {
  let planned = 0;
  const back = createReturn(() => null, { later: () => (planned += 1) });
  back.lost();
  back.lost();
  assert.equal(planned, 1);
});
