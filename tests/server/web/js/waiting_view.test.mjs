// Since when a page is not live, by the server's clock.

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawLiveness } from "../../../../server/web/static/shared/waiting_view.js";

test("a computer that is not set right says by the server's clock since when it is not live", () => {
  const place = { textContent: "", dataset: {} };
  globalThis.document = {
    querySelectorAll: (selector) => (selector === '[data-text="live"]' ? [place] : []),
    body: { classList: { toggle() {} } },
  };
  const words = { say: (key, { at = "" } = {}) => `${key} ${at}`, hour: (instant) => String(instant) };
  drawLiveness({ isLive: false, lostAtMs: 60_000, clockOffsetMs: -20_000 }, words);
  assert.equal(place.textContent, "console.live.no 40000");
});
