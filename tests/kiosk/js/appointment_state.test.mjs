// What one does at the kiosk with an appointment.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hasFailedConvocations } from "../../../kiosk/static/appointment_state.js";
import { initialState, reduce } from "../../../kiosk/static/kiosk_state.js";
import { readingOf } from "../../../kiosk/static/reading_state.js";

const MENU = {
  language: "fr",
  priority_notice: true,
  appointments: true,
  is_open: true,
  services: [{ id: "titres", name: "Titres", state: "appointment_only", bring: [], children: [] }],
};
function walk(actions, menu = MENU) {
  let at = 0;
  return [{ type: "menu_loaded", menu }, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    initialState("fr"),
  );
}
const typed = (text) => [...text].map((letter) => ({ type: "type_code", letter }));
const show = { type: "show_appointment" };

test("a code is typed, erased and sent as one press", () => {
  const state = walk([
    show,
    ...typed("ab1x"),
    { type: "erase_code" },
    { type: "submit_code", pressId: "p1" },
  ]);
  assert.equal(state.view, "taking");
  assert.deepEqual(state.press.body, { code: "AB1", press_id: "p1", language: "fr", priority: false });
});

test("a reader's code opens the view by itself and nothing is sent before its end", () => {
  const state = walk(typed("zz9"));
  assert.deepEqual([state.view, state.code, state.press], ["appointment", "ZZ9", null]);
  assert.equal(
    walk([show, ...typed("z"), { type: "submit_code", pressId: "p1" }]).view,
    "appointment",
    "too short to be a code",
  );
});

test("a hall without appointments offers none", () => {
  assert.equal(walk([show, ...typed("abc")], { ...MENU, appointments: false }).view, "start");
});

test("a paper convocation is found by service and hour, and each step goes back by one", () => {
  const steps = [
    show,
    { type: "show_convocations" },
    { type: "convocations_loaded", services: [{ service: "titres", hours: ["h"] }] },
    { type: "choose_convocation", service: "titres" },
  ];
  const state = walk([...steps, { type: "choose_hour", hour: "h", pressId: "p1" }]);
  assert.deepEqual(state.press.body, {
    service: "titres",
    booked_at: "h",
    press_id: "p1",
    language: "fr",
    priority: false,
  });
  assert.equal(walk([...steps, { type: "back" }]).convocation, null);
  assert.equal(walk([...steps, { type: "back" }, { type: "back" }]).view, "appointment");
  assert.equal(walk([...steps, { type: "back" }, { type: "back" }, { type: "back" }]).view, "start");
});

test("convocations that the server did not say are asked again, and are never said to be none", () => {
  const steps = [show, { type: "show_convocations" }];
  assert.equal(walk(steps).isLoadingConvocations, true);
  const failed = walk([...steps, { type: "convocations_failed" }]);
  assert.deepEqual([failed.convocations, hasFailedConvocations(failed)], [null, true]);
  const again = walk([...steps, { type: "convocations_failed" }, { type: "retry_convocations" }]);
  assert.deepEqual([again.isLoadingConvocations, hasFailedConvocations(again)], [true, false]);
  const loaded = walk([...steps, { type: "convocations_loaded", services: [] }]);
  assert.equal(hasFailedConvocations(loaded), false);
});

test("what is not taken says why and when, and the next visitor finds no code", () => {
  const refused = walk([
    show,
    ...typed("ab1"),
    { type: "submit_code", pressId: "p1" },
    {
      type: "press_refused",
      pressId: "p1",
      code: "appointment_too_early",
      problem: { booked_at: "b", from_at: "f" },
    },
  ]);
  assert.deepEqual(
    [refused.view, refused.notice, refused.noticeAt],
    ["notice", "appointment_too_early", "f"],
  );
  assert.deepEqual(readingOf(refused, []), {
    lang: "fr",
    view: "notice",
    reason: "appointment_too_early",
    at: "f",
  });
  const home = reduce(refused, { type: "home", at: 99_000 });
  assert.deepEqual([home.view, home.code], ["start", ""]);
});

test("each step is read aloud by names only, the typed code never", () => {
  assert.deepEqual(readingOf(walk([show, ...typed("ab1")]), []), { lang: "fr", view: "appointment" });
  const services = [show, { type: "show_convocations" }];
  assert.equal(readingOf(walk(services), []), null, "nothing to read before they are loaded");
  const loaded = [
    ...services,
    { type: "convocations_loaded", services: [{ service: "titres", hours: ["h", "i"] }] },
  ];
  assert.deepEqual(readingOf(walk(loaded), ["titres"]), { lang: "fr", view: "convocation", shown: "titres" });
  const hours = walk([...loaded, { type: "choose_convocation", service: "titres" }]);
  assert.deepEqual(readingOf(hours, ["h", "i"]), {
    lang: "fr",
    view: "convocation",
    service: "titres",
    hours: "h,i",
  });
});

test("a ticket is read aloud with the effects of a late arrival", () => {
  const ticket = {
    visit: "v1",
    number: "B001",
    service: "titres",
    print: null,
    appointment: { arrival: "late", booked_at: "b", late_min: 12 },
  };
  const state = walk([
    show,
    ...typed("ab1"),
    { type: "submit_code", pressId: "p1" },
    { type: "press_issued", pressId: "p1", tickets: [ticket] },
  ]);
  const { arrival, at, late_min: lateMin } = readingOf(state, []);
  assert.deepEqual([arrival, at, lateMin], ["late", "b", 12]);
});

test("a wrong code keeps the keypad and the code, and says so until the next try", () => {
  const sent = [show, ...typed("ab1"), { type: "submit_code", pressId: "p1" }];
  const wrong = [
    ...sent,
    { type: "press_refused", pressId: "p1", code: "unknown_appointment", problem: null },
  ];
  const state = walk(wrong);
  assert.deepEqual(
    [state.view, state.code, state.codeError, state.press],
    ["appointment", "AB1", "unknown_appointment", null],
  );
  assert.deepEqual(readingOf(state, []), { lang: "fr", view: "appointment", reason: "unknown_appointment" });
  assert.equal(
    walk([...wrong, ...typed("x")]).codeError,
    "unknown_appointment",
    "nothing moves while one mends the code",
  );
  const again = walk([
    ...wrong,
    { type: "erase_code" },
    ...typed("2"),
    { type: "submit_code", pressId: "p2" },
  ]);
  assert.deepEqual([again.view, again.codeError, again.press.body.code], ["taking", null, "AB2"]);
  assert.equal(walk([...wrong, { type: "back" }, show]).codeError, null);
});

test("a visitor with an appointment may say so where a service needs one, and the answer of the counted demand is ignored", () => {
  const chosen = [{ type: "choose_service", service: "titres", pressId: "p1" }, show];
  const state = walk(chosen);
  assert.deepEqual([state.view, state.press, state.service], ["appointment", null, null]);
  assert.equal(
    walk([...chosen, { type: "press_refused", pressId: "p1", code: "appointment_only" }]).view,
    "appointment",
  );
  assert.equal(walk(chosen, { ...MENU, appointments: false }).view, "notice");
  const checked = walk([...chosen, show, ...typed("ab1"), { type: "submit_code", pressId: "p2" }]);
  assert.equal(checked.press.body.wanted_service, "titres", "the check-in takes that demand back");
  const anew = walk([
    ...chosen,
    show,
    { type: "back" },
    show,
    ...typed("ab1"),
    { type: "submit_code", pressId: "p3" },
  ]);
  assert.equal(anew.press.body.wanted_service, undefined);
});
