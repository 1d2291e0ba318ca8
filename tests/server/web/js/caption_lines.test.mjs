import assert from "node:assert/strict";
import { test } from "node:test";
import { captionsIn, linesOf, webvttOf } from "../../../../server/web/static/notices/caption_lines.js";

const TYPED = "0:01 Bonjour\n0:03.500 Nous ouvrons <le> samedi\n0:05\n1:02:03 Fin & merci";
const CAPTIONS = [
  { from_ms: 1_000, until_ms: 3_500, text: "Bonjour" },
  { from_ms: 3_500, until_ms: 5_000, text: "Nous ouvrons <le> samedi" },
  { from_ms: 3_723_000, until_ms: 3_729_000, text: "Fin & merci" },
];

test("a line is shown until the next one, at most six seconds, and what is read is typed the same again", () => {
  assert.deepEqual(captionsIn(TYPED), { captions: CAPTIONS });
  assert.deepEqual(captionsIn(linesOf(CAPTIONS)), { captions: CAPTIONS });
  assert.deepEqual(captionsIn("\n"), { captions: [] });
});

test("the first line without a time, too long or out of order is named", () => {
  assert.deepEqual(captionsIn("0:01 A\n\nBonjour"), { line: 3 });
  assert.deepEqual(captionsIn("0:04 A\n0:02 B"), { line: 2 });
  assert.deepEqual(captionsIn(`0:04 ${"x".repeat(121)}`), { line: 1 });
});

test("a file of captions holds no marks", () => {
  assert.ok(webvttOf(CAPTIONS).includes("\n00:00:03.500 --> 00:00:05.000\nNous ouvrons &lt;le&gt; samedi\n"));
  assert.ok(webvttOf(CAPTIONS).startsWith("WEBVTT\n\n00:00:01.000 --> "));
});
