// One press, one ticket: against a server that loses answers, on a clock that does not wait.

import assert from "node:assert/strict";
import { test } from "node:test";

import { GIVE_UP_AFTER_MS, newPressId, SLOW_AFTER_MS, takeTicket } from "../../../kiosk/static/press.js";

const BODY = {
  service: "sejour",
  press_id: "11111111-2222-4333-8444-555555555555",
  language: "fr",
  priority: false,
};

// A hall server that issues at the first post it receives and then loses `lost` answers.
class HallServer {
  tickets = new Map();
  posts = [];

  constructor({ lost = 0, answerAfterMs = 20 } = {}) {
    Object.assign(this, { lost, answerAfterMs });
  }

  async answer(clock, body) {
    this.posts.push(body);
    const isKnown = this.tickets.has(body.press_id);
    if (!isKnown) this.tickets.set(body.press_id, `A${String(42 + this.tickets.size).padStart(3, "0")}`);
    await clock.sleep(this.answerAfterMs);
    if (this.posts.length <= this.lost) throw new TypeError("network");
    return { status: isKnown ? 200 : 201, json: { number: this.tickets.get(body.press_id), visit: "v" } };
  }
}

// Virtual time: sleepers wake in order as soon as nothing else runs.
class Clock {
  at = 0;
  sleepers = [];
  now = () => this.at;
  sleep = (ms) =>
    new Promise((wake) => {
      this.sleepers.push({ at: this.at + ms, wake });
    });

  async until(promise) {
    let isSettled = false;
    promise.then(
      () => {
        isSettled = true;
      },
      () => {
        isSettled = true;
      },
    );
    for (;;) {
      await new Promise(setImmediate);
      if (isSettled) return promise;
      this.sleepers.sort((a, b) => a.at - b.at);
      const next = this.sleepers.shift();
      assert.ok(next, "nothing is left to wait for");
      this.at = next.at;
      next.wake();
    }
  }
}

function press(post, { onSlow } = {}) {
  const clock = new Clock();
  const headers = [];
  const outcome = takeTicket(BODY, {
    post: (body, sent, withinMs) => {
      headers.push(sent);
      return post(clock, body, withinMs);
    },
    now: clock.now,
    sleep: clock.sleep,
    random: () => 0.5,
    onSlow: () => onSlow?.(clock.at),
  });
  return { clock, headers, done: () => clock.until(outcome) };
}

test("a ticket is issued", async () => {
  const server = new HallServer();
  const outcome = await press(server.answer.bind(server)).done();
  assert.deepEqual(outcome, { kind: "issued", tickets: [{ number: "A042", visit: "v" }] });
  assert.equal(server.posts.length, 1);
});

test("several people have their tickets by one request, and another count is another request", async () => {
  const tickets = [{ number: "A043" }, { number: "A044" }];
  const keys = [];
  async function post(_, headers) {
    keys.push(headers["Idempotency-Key"]);
    return { status: 201, json: { tickets } };
  }
  const clock = { now: () => 0, sleep: () => new Promise(() => {}) };
  for (const people of [2, 2, 3])
    assert.deepEqual(await takeTicket({ ...BODY, people }, { post, ...clock }), { kind: "issued", tickets });
  assert.deepEqual([keys[0] === keys[1], keys[1] === keys[2]], [true, false]);
});

test("lost answers give one ticket, requested with the same press and the same key", async () => {
  const server = new HallServer({ lost: 4 });
  const pressed = press(server.answer.bind(server));
  const outcome = await pressed.done();
  assert.equal(outcome.tickets[0].number, "A042");
  assert.equal(server.tickets.size, 1);
  assert.equal(server.posts.length, 5);
  assert.ok(server.posts.every((body) => JSON.stringify(body) === JSON.stringify(BODY)));
  assert.ok(pressed.headers.every((sent) => sent["Idempotency-Key"] === BODY.press_id));
});

test("pauses grow and the kiosk gives up after twenty seconds", async () => {
  const at = [];
  const pressed = press(async (clock) => {
    at.push(clock.at);
    throw new TypeError("network");
  });
  assert.deepEqual(await pressed.done(), { kind: "away" });
  assert.equal(pressed.clock.at, GIVE_UP_AFTER_MS);
  const pauses = at.slice(1).map((each, index) => each - at[index]);
  assert.deepEqual(pauses.slice(0, 5), [250, 500, 1000, 2000, 4000]);
  assert.ok(at.length < 12);
});

test("a slow answer is reported once, and still gives its ticket", async () => {
  const slow = [];
  const server = new HallServer({ lost: 5 });
  const outcome = await press(server.answer.bind(server), { onSlow: (at) => slow.push(at) }).done();
  assert.equal(outcome.kind, "issued");
  assert.deepEqual(slow, [SLOW_AFTER_MS]);
});

test("a quick answer is never called slow", async () => {
  const slow = [];
  const server = new HallServer();
  const pressed = press(server.answer.bind(server), { onSlow: (at) => slow.push(at) });
  await pressed.done();
  await pressed.clock.until(pressed.clock.sleep(10_000));
  assert.deepEqual(slow, []);
});

for (const status of [408, 425, 429, 500, 502, 503]) {
  test(`an answer ${status} is asked again`, async () => {
    let posts = 0;
    const outcome = await press(async () =>
      (posts += 1) < 3 ? { status, json: null } : { status: 201, json: { number: "A042" } },
    ).done();
    assert.equal(outcome.kind, "issued");
  });
}

test("a refusal is final and keeps its code", async () => {
  let posts = 0;
  const outcome = await press(async () => {
    posts += 1;
    return { status: 409, json: { code: "full" } };
  }).done();
  assert.deepEqual(outcome, { kind: "refused", code: "full" });
  assert.equal(posts, 1);
});

test("a refusal without a code is still a refusal", async () => {
  assert.deepEqual(await press(async () => ({ status: 422, json: null })).done(), {
    kind: "refused",
    code: "other",
  });
});

test("a kiosk that is no longer paired says so", async () => {
  assert.deepEqual(await press(async () => ({ status: 401, json: null })).done(), { kind: "unpaired" });
});

test("an answer without a number is no ticket", async () => {
  let posts = 0;
  const outcome = await press(async () => {
    posts += 1;
    return { status: 201, json: posts < 2 ? null : { number: "A1" } };
  }).done();
  assert.equal(outcome.tickets[0].number, "A1");
});

test("press ids are UUIDs and differ", () => {
  const ids = new Set(Array.from({ length: 500 }, () => newPressId()));
  assert.equal(ids.size, 500);
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
