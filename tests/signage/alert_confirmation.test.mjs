import assert from "node:assert/strict";
import { test } from "node:test";

import { createTold } from "../../signage/static/alert_confirmation.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Messages that are answered or lost as the test says. */
function rig() {
  const asked = [];
  let settleLast = null;
  const told = createTold({
    ask: (message) => {
      asked.push(message.alert);
      return new Promise((resolve, reject) => {
        settleLast = { resolve, reject };
      });
    },
    afterPaint: (work) => work(),
  });
  return {
    told,
    asked,
    answered: async () => {
      settleLast.resolve(true);
      await settle();
    },
    lost: async () => {
      settleLast.reject(new Error("timeout"));
      await settle();
    },
  };
}

test("an alert is confirmed until it is answered, then no more", async () => {
  const { told, asked, answered, lost } = rig();
  told.show("a");
  told.show("a");
  assert.deepEqual(asked, ["a"], "one question at a time");
  await lost();
  told.show("a");
  await answered();
  told.show("a");
  assert.deepEqual(asked, ["a", "a"]);
});

test("a new connection and another alert are confirmed", async () => {
  const { told, asked, answered } = rig();
  told.show("a");
  await answered();
  told.forget();
  told.show("a");
  await answered();
  told.show("b");
  assert.deepEqual(asked, ["a", "a", "b"]);
});

test("an answer is not taken for that of another alert", async () => {
  const { told, asked, answered } = rig();
  told.show("a");
  told.show("b");
  await answered();
  told.show("b");
  assert.deepEqual(asked, ["a", "b"]);
});

test("without an alert nothing is confirmed", () => {
  const { told, asked } = rig();
  told.show(null);
  assert.deepEqual(asked, []);
});
