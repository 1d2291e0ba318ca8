import assert from "node:assert/strict";
import { test } from "node:test";

import {
  oneAtATime,
  read,
  send,
  tellBarred,
  uuid,
  whyNotDone,
} from "../../../../server/web/static/shared/verbs.js";

/** A server that answers what it is told to, in order; an Error stands for a lost answer. */
function server(...answers) {
  const asked = [];
  const fetch = async (path, options) => {
    asked.push({ path, ...options });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    const [status, body] = answer;
    const headers = { "Content-Type": status < 400 ? "application/json" : "application/problem+json" };
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  };
  return { asked, fetch };
}

const now = () => Promise.resolve();
const next = { path: "/api/v1/counters/g3/next", body: { current: null } };

test("a request with a lost answer is repeated with the same key and the same body", async () => {
  const { asked, fetch } = server(
    new TypeError("lost"),
    [503, { code: "database_busy" }],
    [200, { number: "A042" }],
  );
  const repeated = [];
  const answer = await send(next, { fetch, pause: now, onRepeat: (attempt) => repeated.push(attempt) });
  assert.equal(answer.body.number, "A042");
  assert.equal(asked.length, 3);
  assert.equal(new Set(asked.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  assert.equal(new Set(asked.map(({ body }) => body)).size, 1);
  assert.deepEqual(repeated, [1, 2]);
});

test("a refusal is an answer: the request is not repeated", async () => {
  const { asked, fetch } = server([409, { code: "stale", detail: "…" }]);
  const answer = await send(next, { fetch, pause: now });
  assert.deepEqual([asked.length, answer.ok, answer.problem.code], [1, false, "stale"]);
});

test("an answer that the session has ended is shown on the page, any other refusal is not", async () => {
  const told = { hidden: true };
  globalThis.document = {
    querySelector: (asked) => (asked === '[data-ended="not_signed_in"]' ? told : null),
  };
  try {
    await send(next, { fetch: server([403, { code: "forbidden" }]).fetch, pause: now });
    assert.equal(told.hidden, true);
    await send(next, { fetch: server([401, { code: "not_signed_in" }]).fetch, pause: now });
    assert.equal(told.hidden, false);
    told.hidden = true;
    await assert.rejects(read("/api", { fetch: server([401, { code: "not_signed_in" }]).fetch, pause: now }));
    assert.equal(told.hidden, false);
  } finally {
    delete globalThis.document;
  }
});

test("a page that may no longer read its data says that the roles have changed", () => {
  const told = { hidden: true };
  globalThis.document = { querySelector: (asked) => (asked === '[data-ended="forbidden"]' ? told : null) };
  try {
    tellBarred(new TypeError("not reached"));
    assert.equal(told.hidden, true);
    tellBarred(Object.assign(new Error("GET"), { answer: { status: 403 } }));
    assert.equal(told.hidden, false);
  } finally {
    delete globalThis.document;
  }
});

test("a read that did not arrive is repeated, and so is one of a busy server", async () => {
  const { asked, fetch } = server(
    new TypeError("net::ERR_NETWORK_CHANGED"),
    [503, { code: "database_busy" }],
    [200, { version: 4 }],
  );
  assert.deepEqual(await read("/queue", { fetch, pause: now }), { version: 4 });
  assert.equal(asked.length, 3);
});

test("a read that never arrives fails after four tries", async () => {
  const { asked, fetch } = server(...Array.from({ length: 4 }, () => new TypeError("Failed to fetch")));
  await assert.rejects(read("/queue", { fetch, pause: now }), /Failed to fetch/);
  assert.equal(asked.length, 4);
});

test("a read that is refused, or took too long, is not repeated", async () => {
  for (const end of [
    [403, { code: "forbidden" }],
    Object.assign(new Error("late"), { name: "TimeoutError" }),
  ]) {
    const { asked, fetch } = server(end);
    await assert.rejects(read("/queue", { fetch, pause: now }));
    assert.equal(asked.length, 1);
  }
});

test("two verbs have two keys", async () => {
  const { asked, fetch } = server([204], [204]);
  await send(next, { fetch, pause: now });
  await send(next, { fetch, pause: now });
  assert.notEqual(asked[0].headers["Idempotency-Key"], asked[1].headers["Idempotency-Key"]);
});

test("an empty queue is a good answer without a body", async () => {
  const { fetch } = server([204]);
  assert.deepEqual(await send(next, { fetch, pause: now }), {
    ok: true,
    status: 204,
    body: null,
    problem: null,
  });
});

test("a server that never answers is given up with status 0", async () => {
  const { asked, fetch } = server(...Array.from({ length: 7 }, () => new TypeError("lost")));
  const answer = await send(next, { fetch, pause: now });
  assert.deepEqual([answer.status, asked.length], [0, 7]);
});

test("closing sends no body", async () => {
  const { asked, fetch } = server([204]);
  await send({ method: "DELETE", path: "/x", headers: { "X-CSRFToken": "t" } }, { fetch, pause: now });
  assert.equal(asked[0].body, undefined);
  assert.equal(asked[0].headers["X-CSRFToken"], "t");
});

test("a key is a UUID", () => {
  assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a second press while the first is on its way does nothing, and a press that failed bars no other", async () => {
  const pressed = [];
  let end = null;
  const press = oneAtATime((name) => {
    pressed.push(name);
    return new Promise((resolve, reject) => (end = { resolve, reject }));
  });
  const first = press("first");
  assert.equal((await press("second")).ok, false);
  end.resolve({ ok: true });
  assert.equal((await first).ok, true);
  const failing = press("third");
  end.reject(new Error("the page is wrong"));
  await assert.rejects(failing);
  press("fourth");
  assert.deepEqual(pressed, ["first", "third", "fourth"]);
});

test("a write that came to nothing is explained by the server's own sentence, else by what is known", () => {
  const say = (key) => key;
  assert.equal(
    whyNotDone({ ok: false, status: 409, body: null, problem: { detail: "déjà fait" } }, say),
    "déjà fait",
  );
  assert.equal(
    whyNotDone({ ok: false, status: 0, body: null, problem: null }, say),
    "console.refused.no_answer",
  );
  assert.equal(
    whyNotDone({ ok: false, status: 500, body: null, problem: null }, say),
    "console.refused.unknown",
  );
});
