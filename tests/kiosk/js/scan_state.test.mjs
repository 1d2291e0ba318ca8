// What a reader of codes types.

import assert from "node:assert/strict";
import { test } from "node:test";

import { initialState, reduce } from "../../../kiosk/static/kiosk_state.js";
import { readingOf } from "../../../kiosk/static/reading_state.js";
import { codeIn, LONGEST_CODE, shownCode } from "../../../kiosk/static/appointment_state.js";

for (const [read, code] of [
  ["ab12cd34", "AB12CD34"],
  ["AB12-CD34", "AB12CD34"],
  ["https://rendez-vous.example.fr/laon?code=ab12cd34", "AB12CD34"],
  ["HTTPS://RDV.EXAMPLE.FR/?LANG=FR&RDV=AB12CD34#TOP", "AB12CD34"],
  ["https://rdv.example.fr/c/AB12-CD34/", "AB12CD34"],
  ["https://rdv.example.fr/#reference=AB12CD34", "AB12CD34"],
  ["www.rdv.example.fr/AB12CD34", "AB12CD34"],
  ["ahttps://rdv.example.fr/c/AB12CD34", "AB12CD34"], // after a letter typed by hand
])
  test(`${read} gives the code ${code}`, () => assert.deepEqual(codeIn(read), { code, error: null }));

for (const [read, error] of [
  ["https://accueil.example.fr/t/3f9QmZ7cT1abcdefghijkl", "scanned_ticket"],
  ["https://accueil.example.fr/suivi", "scanned_ticket"],
  ["https://rendez-vous.example.fr/laon", "scanned_other"],
  ["https://www.example.fr/index2.html", "scanned_other"],
  ["https://", "scanned_other"],
  ["WIFI:S:hall;T:WPA;P:secret;;", "scanned_other"],
  ["BEGIN:VCARD", "scanned_other"],
  ["IDFRADUPONT<<<<<<<<<<<<<<<<<<<<", "scanned_other"],
  ["httpsMèèrdvMexampleMfr", "scanned_other"], // a reader set to another keyboard
  ["1".repeat(LONGEST_CODE + 1), "scanned_other"],
])
  test(`${read.slice(0, 40)} is ${error}`, () => assert.deepEqual(codeIn(read), { code: "", error }));

test("an address is not shown while it is typed", () => {
  assert.deepEqual(["http", "https:", "https://a/b1", "www.a", "AB 1"].map(shownCode), [
    "HTTP",
    "",
    "",
    "",
    "AB1",
  ]);
});

const MENU = { language: "fr", appointments: true, is_open: true, services: [] };
const enter = { type: "submit_code", pressId: "p1" };
const scan = (text, from = reduce(initialState("fr"), { type: "menu_loaded", menu: MENU, at: 1_000 })) =>
  [...[...text].map((letter) => ({ type: "type_code", letter })), enter].reduce(
    (state, action) => reduce(state, { at: 9_000, ...action }),
    from,
  );

test("an address read at the first view is one press with its code", () => {
  const state = scan("https://rdv.example.fr/c/AB12CD34");
  assert.deepEqual([state.view, state.press.body.code, state.code], ["taking", "AB12CD34", "AB12CD34"]);
});

test("what is no code of an appointment is told in words, sent nowhere, and the next code counts by itself", () => {
  const other = scan("WIFI:S:hall;;");
  assert.deepEqual(
    [other.view, other.code, other.codeError, other.press],
    ["appointment", "", "scanned_other", null],
  );
  assert.deepEqual(readingOf(other, []), { lang: "fr", view: "appointment", reason: "scanned_other" });
  const mended = scan("AB12", other);
  assert.deepEqual([mended.codeError, mended.press.body.code], [null, "AB12"]);
  const lines = ["BEGIN:VCARD", "N:Dupont", "END:VCARD"].reduce((state, line) => scan(line, state), other);
  assert.deepEqual([lines.view, lines.codeError], ["appointment", "scanned_other"]);
});
