import assert from "node:assert/strict";
import { test } from "node:test";

import { dateAndHour } from "../../../../server/web/static/shared/instants.js";

const PARIS = "Europe/Paris";
const CAYENNE = "America/Cayenne";

test("an hour is written in the hall's time zone and English dates are British", () => {
  assert.match(dateAndHour("fr", PARIS)("2026-11-27T15:50:00Z"), /^27 novembre 2026 .* 16:50$/);
  assert.match(dateAndHour("en", PARIS)("2026-11-27T15:50:00Z"), /^27 November 2026 .* 16:50$/);
  assert.match(dateAndHour("en", CAYENNE)("2026-11-27T15:50:00Z"), / 12:50$/);
});
