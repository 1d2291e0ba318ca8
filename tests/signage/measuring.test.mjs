import assert from "node:assert/strict";
import { test } from "node:test";
import { hasRoom, inParts } from "../../signage/static/measuring.js";

/** A box that holds slides up to a height, knows the one in it, and counts how often one is laid out. */
function boxOf(clientHeight) {
  return {
    layouts: 0,
    slide: null,
    scrollHeight: 0,
    scrollWidth: 0,
    clientWidth: 100,
    clientHeight,
    replaceChildren(slide = null) {
      this.slide = slide;
      this.scrollHeight = slide?.height ?? 0;
      if (slide) this.layouts += 1;
    },
  };
}

test("a measurement in parts asks the browser each question once, whatever time a part has", () => {
  const box = boxOf(50);
  const heights = [90, 70, 60, 50, 40];
  const found = [];
  const goOn = inParts(
    () => heights.find((height) => hasRoom(box, () => ({ height }))),
    (height) => found.push(height),
  );
  const parts = Array.from({ length: 4 }, () => {
    const isDone = goOn(-Infinity);
    assert.equal(box.slide, null, "nothing stays in the box");
    return isDone;
  });
  assert.deepEqual(parts, [false, false, false, true]);
  assert.deepEqual(found, [50]);
  assert.equal(box.layouts, 4);
});

test("with time enough all is done in one part, and an error is told", () => {
  const box = boxOf(50);
  assert.equal(inParts(() => hasRoom(box, () => ({ height: 40 })), assert.ok)(Infinity), true);
  const fails = inParts(
    () => {
      throw new Error("no such kind");
    },
    () => {},
  );
  assert.throws(() => fails(Infinity), /no such kind/);
  assert.equal(
    hasRoom(box, () => ({ height: 60 })),
    false,
  );
  assert.equal(box.slide, null);
});
