import assert from "node:assert/strict";
import { test } from "node:test";

import { directionOf } from "../../../../server/web/static/shared/directions.js";

test("the side a language begins on, the text's own where the code is no language", () => {
  assert.deepEqual(["fr", "ar", "no such"].map(directionOf), ["ltr", "rtl", "auto"]);
});
