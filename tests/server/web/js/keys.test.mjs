import assert from "node:assert/strict";
import { test } from "node:test";

import { actionOf, refusedKey, storedKeys } from "../../../../server/web/static/shared/keys.js";
import { KEYS } from "./gestures.mjs";

const press = (key, more = {}) => ({ key, ...more });
const usual = { keys: KEYS, hasSingleLetters: true, isInField: false };

test("the usual keys are each of one action and none is the browser's", () => {
  const keys = Object.entries(KEYS);
  assert.equal(new Set(Object.values(KEYS)).size, keys.length);
  for (const [action, key] of keys) assert.equal(refusedKey(key, action, KEYS), null);
});

test("a key means its action, in either case", () => {
  assert.equal(actionOf(press("F9"), usual), "next");
  assert.equal(actionOf(press("r"), usual), "transfer");
  assert.equal(actionOf(press("R"), usual), "transfer");
  assert.equal(actionOf(press("g"), usual), null);
});

test("combinations, held keys and composed characters mean nothing", () => {
  for (const more of [
    { ctrlKey: true },
    { altKey: true },
    { metaKey: true },
    { repeat: true },
    { isComposing: true },
  ]) {
    assert.equal(actionOf(press("F9", more), usual), null);
  }
});

test("single letters are quiet in fields and when they are turned off; function keys are not", () => {
  for (const where of [{ isInField: true }, { hasSingleLetters: false }]) {
    assert.equal(actionOf(press("r"), { ...usual, ...where }), null);
    assert.equal(actionOf(press("F9"), { ...usual, ...where }), "next");
  }
});

test("the browser's keys and keys already taken are refused", () => {
  for (const key of ["F5", "F11", "F12", "TAB", "ESCAPE", " "])
    assert.deepEqual(refusedKey(key, "next", KEYS), { reason: "browser" });
  assert.deepEqual(refusedKey("F8", "next", KEYS), { reason: "taken", by: "finish" });
  assert.equal(refusedKey("F9", "next", KEYS), null);
});

test("stored keys are completed, and unreadable ones give the usual keys", () => {
  const { keys, hasSingleLetters } = storedKeys(
    '{"keys":{"next":"F2","gone":"X"},"hasSingleLetters":false}',
    KEYS,
  );
  assert.deepEqual([keys.next, keys.finish, keys.gone, hasSingleLetters], ["F2", "F8", undefined, false]);
  for (const text of [null, "", "{", "null", "[]"])
    assert.deepEqual(storedKeys(text, KEYS).keys, { ...KEYS });
});
