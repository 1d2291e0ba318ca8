import assert from "node:assert/strict";
import { test } from "node:test";
import { BATCH, createRecord, nextReportMs } from "../../signage/static/display_record.js";

const AT = 1_795_600_000_000;
const display = (n, more = {}) => ({
  notice: "n",
  item: "i",
  from: AT + n * 1_000,
  to: AT + n * 1_000 + 500,
  outcome: "completed",
  isWhole: true,
  ...more,
});

function memory() {
  const kept = new Map();
  let number = 0;
  return {
    kept,
    name: async () => "record-1",
    add: async (one) => (kept.set((number += 1), { ...one, number }), number),
    oldest: async (most) => [...kept.values()].slice(0, most),
    remove: async (one) => kept.delete(one),
    removeUpTo: async (last) => {
      for (const one of kept.keys()) if (one <= last) kept.delete(one);
    },
  };
}

/** A server that counts each number once, unless it does not answer, or refuses some. */
function server({ refused = [] } = {}) {
  const counted = new Map();
  const world = { counted, isAway: false, losesAnswers: false };
  world.post = async ({ record, displays }) => {
    if (world.isAway) throw new TypeError("no network");
    const wrong = displays.find((one) => refused.includes(one.number));
    if (wrong) return { status: 422, body: { code: "display_in_future", number: wrong.number } };
    for (const one of displays)
      if (!counted.has(`${record} ${one.number}`)) counted.set(`${record} ${one.number}`, one);
    if (world.losesAnswers) throw new TypeError("the answer is lost");
    return { status: 200, body: { counted: displays.length, last: displays.at(-1).number } };
  };
  return world;
}

test("displays are reported in order, in batches, and deleted once they are counted", async () => {
  const [store, hall] = [memory(), server()];
  const record = createRecord({ store, post: hall.post });
  for (let n = 0; n < BATCH + 5; n += 1) record.add(display(n));
  await record.tell();
  assert.equal(hall.counted.size, BATCH + 5);
  assert.equal(store.kept.size, 0);
  const { began_at, ended_at, ...first } = hall.counted.get("record-1 1");
  assert.deepEqual(first, { number: 1, notice: "n", item: "i", outcome: "completed", is_whole: true });
  assert.equal(Date.parse(ended_at) - Date.parse(began_at), 500);
});

test("through an outage nothing is lost, and a lost answer counts nothing twice", async () => {
  const [store, hall] = [memory(), server()];
  hall.isAway = true;
  await createRecord({ store, post: hall.post }).add(display(1));
  const again = createRecord({ store, post: hall.post }); // the page was loaded again
  again.add(display(2));
  await again.tell();
  assert.deepEqual([store.kept.size, hall.counted.size], [2, 0]);
  Object.assign(hall, { isAway: false, losesAnswers: true });
  await again.tell();
  hall.losesAnswers = false;
  again.add(display(3));
  await again.tell();
  assert.deepEqual([store.kept.size, hall.counted.size], [0, 3]);
});

test("a refused display is left out and the others are reported", async () => {
  const [store, hall] = [memory(), server({ refused: [2] })];
  const record = createRecord({ store, post: hall.post });
  for (const n of [1, 2, 3]) record.add(display(n));
  await record.tell();
  assert.deepEqual([...hall.counted.keys()], ["record-1 1", "record-1 3"]);
  assert.equal(store.kept.size, 0);
});

test("displays of this browser as another screen are not reported as this one's", async () => {
  const [store, hall] = [memory(), server()];
  const record = createRecord({ store, post: hall.post, isOwn: ({ screen }) => screen === "b" });
  for (const screen of ["a", "b", "a"]) record.add(display(1, { screen }));
  await record.tell();
  assert.deepEqual([...hall.counted.keys()], ["record-1 2"]);
  assert.equal(store.kept.size, 0);
});

test("an answer that is not about the displays leaves them for later", async () => {
  const store = memory();
  const record = createRecord({ store, post: async () => ({ status: 503, body: null }) });
  await record.add(display(1));
  await record.tell();
  assert.equal(store.kept.size, 1);
});

test("an hour is reported once it is over, and after an outage at once", async () => {
  const [store, hall] = [memory(), server()];
  const record = createRecord({ store, post: hall.post });
  const hour = Math.ceil(AT / 3_600_000) * 3_600_000;
  record.add(display(1, { from: hour - 20_000, to: hour - 10_000 }));
  assert.equal(await record.tellDue(hour - 1), false);
  assert.equal(hall.counted.size, 0);
  hall.isAway = true;
  assert.equal(await record.tellDue(hour), false);
  hall.isAway = false;
  assert.equal(await record.tellDue(hour), true);
  assert.equal(hall.counted.size, 1);
  assert.equal(await record.tellDue(hour), false, "nothing is left");
  assert.equal(await record.tell(), true);
});

test("screens report in the five minutes after an hour, not all at once", () => {
  const hour = Math.floor(AT / 3_600_000) * 3_600_000;
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => nextReportMs(hour + 600_000, chance)),
    [3_000_000, 3_150_000, 3_300_000],
  );
  assert.equal(nextReportMs(hour, 0), 3_600_000);
});
