import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isNewer } from "../../signage/static/message_order.js";

const { cases } = JSON.parse(readFileSync(new URL("vectors/is_newer.json", import.meta.url)));

for (const { name, shown, received, newer } of cases) {
  test(`order: ${name}`, () => assert.equal(isNewer(shown, received), newer));
}
