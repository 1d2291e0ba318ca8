// Exceptional reasons at the kiosk: from the notice « sur rendez-vous » to a ticket of the reception.

import assert from "node:assert/strict";
import { test } from "node:test";

import { reasonChosen, serviceById, wayOf } from "../../../kiosk/static/appointment_state.js";
import { initialState, reduce } from "../../../kiosk/static/kiosk_state.js";
import { readingOf } from "../../../kiosk/static/reading_state.js";
import { service as plainService } from "./menu_services.mjs";

const service = (id, changes = {}) => plainService(id, { exceptional: null, ...changes });
const REASONS = [
  { id: "urgent", name: "Urgent" },
  { id: "online", name: "En ligne" },
];
const WAY = { received_by: service("desk"), reasons: REASONS };
const MENU = {
  language: "fr",
  priority_notice: true,
  is_open: true,
  services: [
    service("etr", { children: [service("natu", { state: "appointment_only", exceptional: WAY })] }),
    service("armes", { state: "appointment_only" }),
  ],
};
function walk(actions, menu = MENU) {
  let at = 0;
  return [{ type: "menu_loaded", menu }, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    initialState("fr"),
  );
}
const open = [
  { type: "choose_service", service: "etr" },
  { type: "choose_service", service: "natu", pressId: "p1" },
];
const reason = (id = "urgent") => ({ type: "choose_reason", reason: id, pressId: "p2" });
const refused = (pressId, code) => ({ type: "press_refused", pressId, code, problem: null });

test("the notice offers the reasons of its service, and of no other", () => {
  assert.deepEqual(wayOf(walk(open)), WAY);
  assert.deepEqual(wayOf(walk([...open, refused("p1", "appointment_only")])), WAY);
  assert.equal(wayOf(walk([{ type: "choose_service", service: "armes", pressId: "p1" }])), null);
  assert.equal(wayOf(walk([])), null);
});

test("a reason leads to the sheet of the receiving service, then to one ticket with the reason", () => {
  const sheet = walk([...open, reason()]);
  assert.deepEqual([sheet.view, sheet.service, sheet.press], ["sheet", "desk", null]);
  assert.equal(reasonChosen(sheet), "Urgent");
  const taking = walk([...open, reason(), { type: "take", priority: true, pressId: "p3" }]);
  assert.deepEqual(taking.press.body, {
    service: "natu",
    exceptional_reason: "urgent",
    press_id: "p3",
    language: "fr",
    priority: true,
  });
  assert.equal(taking.view, "taking");
});

test("without questions, pressing the reason takes the ticket", () => {
  const taking = walk([...open, reason("online")], { ...MENU, priority_notice: false });
  assert.equal(taking.view, "taking");
  assert.deepEqual(taking.press.body, {
    service: "natu",
    exceptional_reason: "online",
    press_id: "p2",
    language: "fr",
    priority: false,
  });
});

test("the press that counted the demand is not waited for once a reason is chosen", () => {
  const sheet = walk([...open, reason(), refused("p1", "appointment_only")]);
  assert.equal(sheet.view, "sheet");
});

test("a reason that is not offered, or pressed in a hurry, does nothing", () => {
  assert.equal(walk([...open, reason("poison")]).view, "notice");
  const state = walk(open);
  assert.equal(reduce(state, { ...reason(), at: state.shownAt + 100 }).view, "notice");
});

test("back leads to the reasons, and the next choice has none", () => {
  const back = walk([...open, reason(), { type: "back" }]);
  assert.deepEqual([back.view, back.service, back.exceptional], ["notice", "natu", null]);
  assert.deepEqual(wayOf(back), WAY);
  const again = walk([
    ...open,
    reason(),
    { type: "home" },
    { type: "choose_service", service: "armes", pressId: "p4" },
  ]);
  assert.equal(again.exceptional, null);
  assert.deepEqual(again.press.body, { service: "armes", press_id: "p4", language: "fr", priority: false });
});

test("needs are asked for in between and kept", () => {
  const needs = [{ type: "show_needs" }, { type: "toggle_need", need: "slow" }, { type: "back" }];
  const taking = walk([...open, reason(), ...needs, { type: "take", priority: false, pressId: "p3" }]);
  assert.deepEqual(taking.press.body.needs, ["slow"]);
  assert.equal(taking.press.body.exceptional_reason, "urgent");
});

test("a refusal is shown for the receiving service", () => {
  const told = walk([
    ...open,
    reason(),
    { type: "take", priority: false, pressId: "p3" },
    refused("p3", "closed"),
  ]);
  assert.deepEqual([told.view, told.notice, told.service], ["notice", "closed", "desk"]);
});

test("the sheet is read with the reason, by names only", () => {
  const expected = {
    lang: "fr",
    view: "sheet",
    service: "desk",
    wanted: "natu",
    exceptional_reason: "urgent",
  };
  assert.deepEqual(readingOf(walk([...open, reason()]), []), expected);
});

test("the receiving service is known although the kiosk does not list it; the sheet leaves when it stops receiving", () => {
  assert.equal(serviceById(MENU, "desk"), WAY.received_by);
  const closed = { ...MENU, services: [service("natu", { state: "appointment_only" })] };
  assert.equal(walk([...open, reason(), { type: "menu_loaded", menu: closed }]).view, "start");
});
