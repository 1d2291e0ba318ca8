// What the kiosk shows while its server does not answer, or while its agent issues tickets alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { offersAppointment, offersSheet, wayOf } from "../../../kiosk/static/appointment_state.js";
import { isCutOff, isMidway, isServerAway, LOST_SHOWN_AFTER_MS } from "../../../kiosk/static/information.js";
import { initialState, isAtRest, reduce, secondsLeft } from "../../../kiosk/static/kiosk_state.js";
import { serviceLines } from "../../../kiosk/static/words.js";
import { service } from "./menu_services.mjs";

const MENU = {
  language: "fr",
  priority_notice: true,
  asks_needs: true,
  appointments: true,
  is_open: true,
  services: [
    service("accueil", { wait: { low_s: 0, high_s: 3_300 }, waiting: 4 }),
    service("etr", {
      children: [
        service("natu", { state: "appointment_only", exceptional: { reasons: [{ id: "urgent" }] } }),
      ],
    }),
  ],
};
const loaded = { type: "menu_loaded", menu: MENU };
const missing = { type: "menu_missing" };
const choose = (id) => ({ type: "choose_service", service: id, pressId: "p1" });
const take = { type: "take", priority: false, pressId: "p2" };
const issued = {
  type: "press_issued",
  pressId: "p2",
  tickets: [{ visit: "v1", number: "A042", print: null }],
};
const read = (text) => [...text].map((letter) => ({ type: "type_code", letter }));

function play(actions, from = initialState("fr")) {
  let at = Math.max(from.shownAt, (from.missingSince ?? 0) + (from.isLost ? LOST_SHOWN_AFTER_MS : 0));
  return actions.reduce((state, action) => reduce(state, { at: (at += 1_000), ...action }), from);
}
// The state once the server has not answered for so long that visitors are told.
const lost = (actions) => {
  const before = play([loaded, ...actions, missing]);
  return reduce(before, { type: "tick", at: before.missingSince + LOST_SHOWN_AFTER_MS });
};

test("five seconds after the menu was asked for in vain the first view says that no ticket is issued", () => {
  const before = play([loaded, missing]);
  const at = before.missingSince + LOST_SHOWN_AFTER_MS;
  assert.equal(reduce(before, { type: "tick", at: at - 1 }).view, "start");
  const away = reduce(before, { type: "tick", at });
  assert.ok(isServerAway(away) && isAtRest(away) && !isMidway(away));
  assert.equal(secondsLeft(away, 1e9), null, "nobody is warned at rest");
  assert.equal(play([loaded], away).view, "start");
});

test("the time counts from the loss of the link, not from the first question that failed", () => {
  const failed = reduce(play([loaded]), { type: "menu_missing", since: 2_000, at: 6_500 });
  assert.equal(reduce(failed, { type: "tick", at: 7_000 }).view, "away");
});

test("nothing is taken that needs the server: no service, no code, no appointment", () => {
  for (const action of [choose("accueil"), take, { type: "show_appointment" }, ...read("ab12")])
    assert.equal(play([action], lost([])).view, "away", action.type);
});

test("languages are there, and notices that were fetched", () => {
  const english = play([{ type: "choose_language", language: "en" }], lost([]));
  assert.deepEqual([english.view, english.language], ["away", "en"]);
  assert.equal(reduce(english, { type: "tick", at: 1e9 }).language, "fr", "the next visitor");
  const listed = play([{ type: "show_languages" }], lost([]));
  assert.equal(listed.view, "languages");
  assert.equal(play([{ type: "back" }], listed).view, "away");
  assert.equal(play([loaded], listed).beneath, "start");
  const reading = play([{ type: "show_information" }], lost([]));
  assert.equal(reading.view, "information");
  assert.equal(play([{ type: "back" }], reading).view, "away");
});

test("a visitor in the middle comes back to what they chose and typed", () => {
  const needs = lost([
    choose("accueil"),
    { type: "show_needs" },
    { type: "toggle_need", need: "deaf" },
    { type: "back" },
  ]);
  assert.ok(isMidway(needs));
  const back = play([loaded, take], needs);
  assert.deepEqual([back.view, back.press.body.needs], ["taking", ["deaf"]]);
  const code = play([loaded], lost([{ type: "show_appointment" }, ...read("ab1")]));
  assert.deepEqual([code.view, code.code], ["appointment", "AB1"]);
  const folder = lost([choose("etr")]);
  assert.ok(isMidway(folder));
  assert.equal(play([loaded], folder).folder, "etr");
});

test("what they chose is gone for the next visitor", () => {
  const left = lost([choose("accueil"), { type: "show_needs" }, { type: "toggle_need", need: "deaf" }]);
  assert.ok(secondsLeft(left, left.activeAt) > 20);
  const home = reduce(left, { type: "tick", at: 1e9 });
  assert.deepEqual([home.view, home.needs, isAtRest(home)], ["away", [], true]);
});

test("a press under way ends by its own rules, and a ticket stays until its visitor leaves", () => {
  const taking = lost([choose("accueil"), take]);
  assert.equal(taking.view, "taking");
  const slow = play([{ type: "press_slow", pressId: "p2" }, loaded], taking);
  assert.deepEqual([slow.view, isServerAway(slow)], ["away", false]);
  assert.equal(play([issued], slow).view, "ticket");
  const ticket = lost([choose("accueil"), take, issued]);
  assert.equal(ticket.view, "ticket");
  assert.equal(play([{ type: "home" }], ticket).view, "away");
});

test("a notice stays without its offers", () => {
  const notice = play([{ type: "paired", prints: true }], lost([choose("etr"), choose("natu")]));
  assert.equal(notice.view, "notice");
  assert.deepEqual([offersAppointment(notice), offersSheet(notice), wayOf(notice)], [false, false, null]);
  const back = play([loaded], notice);
  assert.ok(offersAppointment(back) && offersSheet(back) && wayOf(back));
});

test("a page loaded without its server says so at once, in the languages it kept", () => {
  const frame = { languages: [{ code: "fr" }, { code: "en" }], hall: { name: "Laon" } };
  const away = play([missing], initialState("fr", 0, frame));
  assert.deepEqual([away.view, away.frame, isAtRest(away)], ["away", frame, true]);
  const english = play([{ type: "choose_language", language: "en" }], away);
  assert.equal(reduce(english, { type: "tick", at: 1e9 }).language, "fr");
  assert.equal(play([loaded], away).view, "start");
});

test("an agent alone offers services without a wait, no check-in and nothing exceptional", () => {
  const state = play([{ type: "menu_loaded", menu: { ...MENU, unplugged: true } }]);
  assert.ok(isCutOff(state) && !offersAppointment(state));
  const [desk, folder] = state.menu.services;
  const say = (key) => key;
  assert.deepEqual(serviceLines(desk, say), { small: "", strong: "", caption: "kiosk.wait.unplugged" });
  assert.equal(folder.children[0].exceptional, null);
  assert.equal(play([choose("accueil"), take, issued], state).view, "ticket");
  assert.equal(
    play(
      [{ type: "menu_loaded", menu: { ...MENU, unplugged: true } }],
      play([loaded, { type: "show_appointment" }]),
    ).view,
    "start",
  );
});

// --- any sequence

const SERVICES = ["accueil", "etr", "natu", "none"];
const STAYING = ["away", "notice", "ticket", "taking", "languages"];

function dice(seed) {
  let value = seed;
  const random = (below) => {
    value = (value * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((value / 2 ** 32) * below);
  };
  return { random, any: (list) => list[random(list.length)] };
}

/** What a finger on the glass, or a key, may do anywhere. */
const finger = ({ random, any }, pressId) =>
  any([
    { type: "choose_service", service: any(SERVICES), pressId },
    { type: "take", priority: random(2) === 1, pressId },
    { type: "show_needs" },
    { type: "toggle_need", need: any(["deaf", "slow"]) },
    { type: "show_appointment" },
    { type: "type_code", letter: any([..."a1:/é"]) },
    { type: "erase_code" },
    { type: "submit_code", pressId },
    { type: "show_convocations" },
    { type: "choose_convocation", service: any(SERVICES) },
    { type: "choose_hour", hour: "h", pressId },
    { type: "choose_reason", reason: "urgent", pressId },
    { type: "print_sheet", pressId },
    { type: "show_information" },
    { type: "show_languages" },
    { type: "choose_language", language: any(["fr", "en"]) },
    { type: "toggle", preference: any(["large", "contrast"]) },
    { type: "turn_page", by: any([1, -1]) },
    { type: "touch_view" },
    { type: "show_code" },
    { type: "more_time" },
    { type: "retry" },
    { type: "back" },
    { type: "home" },
  ]);

function assertSound(before, state) {
  if (before.press && state.press && before.press.id !== state.press.id)
    assert.notEqual(before.view, "taking", "one press at a time");
  if (state.view === "ticket") assert.ok(state.ticket);
  if (state.view === "taking") assert.ok(state.press);
  if (["start", "sheet", "appointment"].includes(state.view)) assert.ok(state.menu && !state.isLost);
  if (state.isLost)
    assert.ok(STAYING.includes(state.view) || state.view.startsWith("information"), state.view);
  if (before.view === "ticket" && state.view !== "ticket" && state.view !== "languages")
    assert.ok(["start", "away"].includes(state.view));
}

test("any thousand walks with a link that comes and goes: while it is lost nothing is offered, then all is back", () => {
  const { random, any } = dice(20261201);
  for (let run = 0; run < 1_000; run += 1) {
    let state = initialState("fr");
    let at = 0;
    for (let step = 0; step < 40; step += 1) {
      at += any([1, 450, 1_000, 3_000]);
      const pressId = state.press?.id ?? "none";
      const action = any([
        finger({ random, any }, `${run}-${step}`),
        { type: "menu_loaded", menu: any([MENU, { ...MENU, unplugged: true }, { ...MENU, services: [] }]) },
        missing,
        { type: "tick" },
        { ...issued, pressId },
        { type: "press_slow", pressId },
        { type: "press_away", pressId },
        { type: "press_refused", pressId, code: any(["full", "unknown_appointment"]), problem: null },
      ]);
      const before = state;
      state = reduce(state, { at, ...action });
      assertSound(before, state);
    }
    // the server is back: a menu in the visitor's language ends what a lost link did
    const back = reduce(state, {
      type: "menu_loaded",
      menu: { ...MENU, language: state.language },
      at: at + 20_000,
    });
    assert.ok(!back.isLost && !isServerAway(back), back.view);
  }
});

test("ten fingers of a child for a minute, then the kiosk is as before", () => {
  const { random, any } = dice(7);
  for (const withLoss of [false, true]) {
    let state = play([loaded]);
    let presses = 0;
    const start = state.shownAt;
    for (let at = start; at < start + 60_000; at += 20) {
      const before = state;
      state = reduce(state, { at, ...finger({ random, any }, `c${at}`) });
      if (state.press && state.press.id !== before.press?.id) presses += 1;
      if (withLoss && at % 7_000 === 0)
        state = reduce(
          state,
          any([
            { ...missing, at },
            { ...loaded, at },
          ]),
        );
      if (state.press && random(20) === 0) state = reduce(state, { ...issued, pressId: state.press.id, at });
      assertSound(before, state);
    }
    assert.ok(presses <= 60_000 / 400, "a view takes one press at most, however many fingers");
    const ended = state.press
      ? reduce(state, { ...issued, pressId: state.press.id, at: start + 61_000 })
      : state;
    const quiet = reduce(reduce(ended, { ...loaded, at: start + 62_000 }), { type: "tick", at: start + 1e7 });
    const { view, needs, code, preferences } = reduce(quiet, { ...loaded, at: start + 1e7 + 1 });
    assert.deepEqual([view, needs, code, preferences], ["start", [], "", { large: false, contrast: false }]);
  }
});
