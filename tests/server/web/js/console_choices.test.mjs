import assert from "node:assert/strict";
import { test } from "node:test";

import { shownEntries } from "../../../../server/web/static/console/console_choices.js";

const ENTRIES = [
  { label: "Bureau 12", isPossible: false },
  { label: "Titres de séjour" },
  { label: "Guichet 1", isPossible: false },
  { label: "Guichet 12" },
  { label: "Permis de l’étranger" },
];
const labels = (typed) => shownEntries(ENTRIES, typed).map(({ label }) => label);

test("what is possible stands first, each part in its order", () => {
  const possible = ["Titres de séjour", "Guichet 12", "Permis de l’étranger"];
  assert.deepEqual(labels(""), [...possible, "Bureau 12", "Guichet 1"]);
});

test("typed words begin words of an entry, without accents or capitals", () => {
  assert.deepEqual(labels("g 12"), ["Guichet 12"]);
  assert.deepEqual(labels("SEJ ti"), ["Titres de séjour"]);
  assert.deepEqual(labels("etr"), ["Permis de l’étranger"]);
  assert.deepEqual(labels("ejour"), []);
});
