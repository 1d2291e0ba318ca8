import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeTable } from "../../../../server/web/static/notices/notice_table.js";

test("empty columns at the end and empty rows are no part of a table; a head that lacks stays to be told", () => {
  const cells = [
    ["Titre", "", "", ""],
    ["Permis", "3 mois", "", ""],
    ["", "", "", ""],
    ["Visa", "", "", ""],
  ];
  assert.deepEqual(wholeTable(cells), [
    ["Titre", ""],
    ["Permis", "3 mois"],
    ["Visa", ""],
  ]);
  assert.equal(
    wholeTable([
      ["", ""],
      ["", ""],
    ]),
    undefined,
  );
});
