// Spoken guidance: which keys begin it, which choice a digit takes, what a reader of codes types.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BURST_MS, gainOf, LOUDEST, meaningOf, openTyping } from "../../../kiosk/static/guidance.js";
import { initialState, NEEDS, reduce, secondsLeft } from "../../../kiosk/static/kiosk_state.js";
import { choicesOf, focusReadingOf, isToBeRead, readingOf } from "../../../kiosk/static/reading_state.js";
import { isMeant } from "../../../kiosk/static/press.js";
import { service } from "./menu_services.mjs";

const MENU = {
  language: "fr",
  is_open: true,
  appointments: true,
  asks_needs: true,
  priority_notice: true,
  services: [service("accueil"), service("sejour", { bring: ["Photos"] })],
};

function walk(...actions) {
  let at = 0;
  const loaded = { type: "menu_loaded", menu: MENU };
  return [loaded, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    initialState("fr"),
  );
}
const guide = { type: "guide" };
const choose = { type: "choose_service", service: "accueil", pressId: "p1" };
const take = { type: "take", priority: false, pressId: "p2" };
const key = (name, more = {}) => ({ key: name, shiftKey: false, ctrlKey: false, ...more });
const meant = (name, { isGuided = true, isRightToLeft = false, ...more } = {}) =>
  meaningOf(key(name, more), { isGuided, isRightToLeft });

test("any arrow key, Tab, the star and a tactile key begin the guidance, digits and letters do not", () => {
  for (const name of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Tab", "*", "F1", "F15"])
    assert.deepEqual(meant(name, { isGuided: false }), { does: "guide" }, name);
  for (const name of ["1", "a", "+", "Enter", " "]) assert.equal(meant(name, { isGuided: false }), null);
  assert.equal(meant("Tab", { ctrlKey: true }), null);
});

test("arrows and Tab go on and back, sideways as the language is written", () => {
  const by = (name, more) => meant(name, more)?.by;
  assert.deepEqual(
    [by("ArrowDown"), by("Tab"), by("ArrowUp"), by("Tab", { shiftKey: true })],
    [1, 1, -1, -1],
  );
  assert.deepEqual([by("ArrowRight"), by("ArrowRight", { isRightToLeft: true })], [1, -1]);
  assert.equal(by("ArrowDown", { isRightToLeft: true }), 1);
  assert.deepEqual(
    [meant("+"), meant("-").by, meant("*")],
    [{ does: "volume", by: 1 }, -1, { does: "repeat" }],
  );
});

test("seven levels span eighteen decibels and go back to the loudest with the visitor", () => {
  const decibels = 20 * Math.log10(gainOf(LOUDEST) / gainOf(0));
  assert.deepEqual([gainOf(LOUDEST), Math.round(decibels)], [1, 18]);
  const softer = walk(guide, ...Array(9).fill({ type: "change_volume", by: -1 }));
  assert.equal(softer.volume, 0);
  assert.equal(reduce(softer, { type: "tick", at: 1e9 }).volume, LOUDEST);
});

test("the keys are explained first, once, and again on request", () => {
  const begun = walk(guide);
  assert.equal(isToBeRead(begun, walk()), true);
  assert.equal(readingOf(begun, ["accueil"]).has_keys, true);
  const told = walk(guide, { type: "introduced" });
  assert.deepEqual([isToBeRead(told, begun), readingOf(told, []).has_keys], [false, undefined]);
  assert.equal(isToBeRead(walk(guide, { type: "introduced" }, guide), told), true);
});

test("a digit takes what the voice numbered", () => {
  assert.deepEqual(choicesOf(walk(), ["accueil"]), [
    { type: "show_appointment" },
    { type: "choose_service", service: "accueil" },
    { type: "choose_service", service: "sejour" },
  ]);
  const sheet = walk(choose);
  const types = (state) => choicesOf(state, []).map(({ type }) => type);
  assert.deepEqual(types(sheet), ["take", "take", "show_needs"]);
  assert.equal(types(walk(choose, { type: "show_needs" })).length, NEEDS.length);
  assert.deepEqual(types(walk({ type: "show_appointment" })), [], "digits type the code");
  const hours = { service: "sejour", hours: ["a", "b"] };
  const loaded = [{ type: "show_appointment" }, { type: "show_convocations" }];
  const expected = walk(...loaded, { type: "convocations_loaded", services: [hours] });
  assert.deepEqual(choicesOf(expected, []), [{ type: "choose_convocation", service: "sejour" }]);
  const chosen = { ...expected, convocation: "sejour" };
  assert.deepEqual(choicesOf(chosen, [])[1], { type: "choose_hour", hour: "b" });
});

test("who used the guidance is asked once whether an agent comes, before the ticket", () => {
  const asked = walk(guide, choose, take);
  assert.deepEqual([asked.view, asked.press], ["escort", null]);
  assert.deepEqual(readingOf(asked, []), { lang: "fr", view: "escort", has_keys: true });
  const answer = (isFetched) => reduce(asked, { type: "answer_escort", isFetched, at: 60_000 });
  assert.deepEqual(answer(true).press.body.needs, ["blind"]);
  assert.deepEqual([answer(false).view, answer(false).press.body.needs], ["taking", undefined]);
  const again = reduce(asked, { type: "back", at: 60_000 });
  assert.deepEqual([again.view, again.heldPress], ["sheet", null]);
  assert.equal(walk(choose, take).view, "taking", "nobody else is asked");
  const code = ["A", "B", "1"].map((letter) => ({ type: "type_code", letter }));
  const typed = walk(guide, { type: "show_appointment" }, ...code, { type: "submit_code", pressId: "p3" });
  assert.deepEqual([typed.view, typed.heldPress.body.code], ["escort", "AB1"]);
});

test("the guidance stays after a notice and leaves with the ticket", () => {
  const home = reduce(walk(guide, choose), { type: "home", at: 60_000 });
  assert.deepEqual([home.view, home.isGuided, home.isListening], ["start", true, true]);
  const gone = reduce({ ...home, view: "ticket", ticket: {} }, { type: "home", at: 90_000 });
  assert.deepEqual([gone.isGuided, gone.isListening], [false, false]);
});

test("no view with something to lose returns to the start within a minute", () => {
  for (const state of [
    walk(guide),
    walk(choose),
    walk(guide, choose, take),
    walk({ type: "show_appointment" }),
  ])
    assert.ok(secondsLeft(state, state.activeAt) >= 80, state.view);
});

test("the volume and the warning are said in every view", () => {
  assert.equal(focusReadingOf(walk(guide), "volume-3").focus, "volume-3");
  assert.equal(focusReadingOf(walk(guide, choose, take), "warning").view, "escort");
});

/** Keys at instants: what was chosen, and what was typed with Enter or without. */
function typed(most, keys) {
  const found = [];
  let due = null;
  const typing = openTyping({
    later(ms, act) {
      due = { ms, act };
      return () => (due = null);
    },
    most: () => most,
    code: (text, isEntered) => found.push(isEntered ? `${text}⏎` : text),
    number: (chosen) => found.push(chosen),
  });
  let last = 0;
  for (const [name, at] of keys) {
    if (due && at - last > due.ms) due.act();
    if (name === "Enter") typing.enter();
    else typing.key(name, at);
    last = at;
  }
  due?.act();
  return found;
}
const burst = (text, from) => [...text].map((letter, place) => [letter, from + place * (BURST_MS / 2)]);

test("a single digit chooses, two make a number where there are so many choices", () => {
  assert.deepEqual(typed(7, [["3", 0]]), [3]);
  assert.deepEqual(typed(7, [["1", 0], ["2", 400]]), [1, 2]); // prettier-ignore
  assert.deepEqual(typed(12, [["1", 0], ["2", 400]]), [12]); // prettier-ignore
  assert.deepEqual(typed(12, [["1", 0], ["Enter", 300]]), [1]); // prettier-ignore
});

test("what a reader types is a code and chooses nothing", () => {
  assert.deepEqual(typed(7, [...burst("4012", 0), ["Enter", 150]]), ["4012⏎"]);
  assert.deepEqual(typed(7, burst("AB12", 0)), ["AB12"]);
  assert.deepEqual(typed(7, [["a", 0]]), [], "a letter alone is no choice");
});

test("a touch means where it landed when it was short, or slid two centimetres at most", () => {
  const at = (x, time) => ({ x, y: 0, at: time });
  assert.equal(isMeant(at(0, 0), at(64, 5_000), 64), true);
  assert.equal(isMeant(at(0, 0), at(300, 900), 64), true);
  assert.equal(isMeant(at(0, 0), at(65, 901), 64), false);
});
