import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "../../signage/static/slides.js";

test("a long text is split in full pages, in order, without losing a word", () => {
  const words = Array.from({ length: 17 }, (_, n) => String(n));
  const split = pages(words, (page) => page.length <= 5);
  assert.deepEqual(split.map((page) => page.length), [5, 5, 5, 2]);
  assert.deepEqual(split.flat(), words);
  assert.equal(pages(["immense", "mot"], () => false).length, 2);
  assert.deepEqual(pages([], () => true), [[]]);
});

test("a page ends with a paragraph where it can, and the last one is not a word or two", () => {
  const words = Array.from({ length: 11 }, (_, n) => n);
  const lengths = (most, ends) => pages(words, (page) => page.length <= most, ends).map((page) => page.length);
  assert.deepEqual(lengths(8, [3, 6, 11]), [6, 5]);
  assert.deepEqual(lengths(8, [3]), [8, 3], "half a page stays empty for no paragraph");
  assert.deepEqual(lengths(10), [6, 5]);
  assert.deepEqual(lengths(10, [10, 11]), [10, 1], "a short last paragraph is whole");
  assert.deepEqual(lengths(20, [3, 6]), [11]);
});
