// The sheet « Comment prendre rendez-vous » at the kiosk.

import assert from "node:assert/strict";
import { test } from "node:test";

import { offersSheet, sheetPaper } from "../../../kiosk/static/appointment_state.js";
import { initialState, reduce } from "../../../kiosk/static/kiosk_state.js";
import { readingOf } from "../../../kiosk/static/reading_state.js";

const service = (id, state) => ({ id, name: id, state, bring: [], children: [], next_opening: null });
const MENU = {
  language: "fr",
  priority_notice: false,
  is_open: true,
  services: [service("natu", "appointment_only"), service("armes", "closed")],
};
function walk(actions, prints = true) {
  let at = 0;
  const first = [
    { type: "paired", prints },
    { type: "menu_loaded", menu: MENU },
  ];
  return [...first, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    initialState("fr"),
  );
}
const choose = (id) => ({ type: "choose_service", service: id, pressId: "p1" });
const print = (pressId = "s1") => ({ type: "print_sheet", pressId });
const queued = { type: "sheet_queued", pressId: "s1", job: "j1" };
const verdict = (said) => ({ type: "print_verdict", visit: "j1", verdict: said });

test("a service by appointment only offers its sheet, where the kiosk prints", () => {
  assert.equal(offersSheet(walk([choose("natu")])), true);
  assert.equal(offersSheet(walk([choose("natu")], false)), false);
  assert.equal(offersSheet(walk([choose("armes")])), false);
  assert.equal(walk([choose("armes"), print()]).sheet, null);
});

test("one press prints one sheet of the service in the language shown", () => {
  const state = walk([choose("natu"), print(), print("s2")]);
  assert.equal(state.sheet.id, "s1");
  assert.deepEqual(state.sheet.body, { service: "natu", language: "fr" });
  assert.equal(sheetPaper(state), "pending");
});

for (const [name, more, paper] of [
  ["printed", [queued, verdict("printed")], "printed"],
  ["told before the answer", [verdict("printed"), queued], "printed"],
  ["held", [queued, verdict("held")], "no_paper"],
  ["at the other printer", [queued, { ...verdict("printed"), otherPrinter: "Accueil" }], "elsewhere"],
  ["refused by the server", [{ type: "sheet_refused", pressId: "s1" }], "no_paper"],
  ["late", [queued, { type: "sheet_late", pressId: "s1" }], "unknown"],
  ["of another press", [{ type: "sheet_late", pressId: "s0" }], "pending"],
]) {
  test(`a sheet that is ${name} says so`, () => {
    const state = walk([choose("natu"), print(), ...more]);
    assert.equal(sheetPaper(state), paper);
    assert.deepEqual(readingOf(state, []), {
      lang: "fr",
      view: "notice",
      service: "natu",
      reason: "appointment_only",
      has_sheet: true,
      paper,
    });
  });
}

test("the next visitor finds no sheet, nor does the next service", () => {
  assert.equal(walk([choose("natu"), print(), { type: "home" }]).sheet, null);
  assert.equal(walk([choose("natu"), print(), { type: "back" }, choose("natu")]).sheet, null);
});
