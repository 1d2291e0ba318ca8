// The kiosk asks for an awake screen whenever it has lost it and is in sight.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keepAwake } from "../../../kiosk/static/hardware.js";

/** A page in sight and a browser that may refuse; `asked` counts. */
function browser() {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const found = { page, asked: 0, refuses: false, lock: new EventTarget() };
  const wakeLock = {
    async request(kind) {
      assert.equal(kind, "screen");
      found.asked += 1;
      if (found.refuses) throw new Error("saves its battery");
      return found.lock;
    },
  };
  return Object.assign(found, { wakeLock });
}
const settled = () => new Promise((done) => setImmediate(done));

test("an awake screen that was let go is asked for again, once the page is in sight", async () => {
  const found = browser();
  await keepAwake(found);
  found.page.dispatchEvent(new Event("pointerdown"));
  assert.equal(found.asked, 1, "it is held");
  found.page.visibilityState = "hidden";
  found.lock.dispatchEvent(new Event("release"));
  await settled();
  assert.equal(found.asked, 1);
  found.page.visibilityState = "visible";
  found.page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(found.asked, 2);
});

test("a refusal is asked again at the next touch, and a browser without it does nothing", async () => {
  const found = browser();
  found.refuses = true;
  await keepAwake(found);
  found.page.dispatchEvent(new Event("pointerdown"));
  await settled();
  assert.equal(found.asked, 2);
  await keepAwake({ page: found.page, wakeLock: undefined });
});
