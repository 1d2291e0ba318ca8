// Since when a page is not live, by the server's clock; and what it says of a visitor's call.

import assert from "node:assert/strict";
import { test } from "node:test";

import { calledWords, drawLiveness, wholeWords } from "../../../../server/web/static/shared/waiting_view.js";

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

test("a called visitor is shown with the hour of this call, and a recall is named as one", () => {
  const words = { say: (key, { at }) => `${key} ${at}`, hour: (instant) => instant.slice(11, 16) };
  const at = (hour, rank) => ({
    first_called_at: "2026-11-30T21:34:00Z",
    last_called_at: `2026-11-30T${hour}:00Z`,
    rank,
  });
  assert.equal(calledWords(at("21:34", 1), words), "console.person.called 21:34");
  assert.equal(calledWords(at("21:45", 2), words), "console.person.called_again 21:45");
  assert.equal(calledWords({ last_called_at: null, rank: 0 }, words), "");
});

test("a list with the first rows only is not called the whole one", () => {
  const say = (key, { count }) => `${key} ${count}`;
  assert.equal(wholeWords(131, 263, say), "console.waiting.first 131");
  assert.equal(wholeWords(131, 131, say), "console.waiting.whole 131");
});
