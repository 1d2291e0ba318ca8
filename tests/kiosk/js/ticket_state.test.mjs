// How long the last view stays, and when the code to follow a visit leaves it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { initialState, isWarning, reduce, secondsLeft } from "../../../kiosk/static/kiosk_state.js";
import { readingOf } from "../../../kiosk/static/reading_state.js";
import { CODE_GONE_MS, isToBeNoted, QUIET_NOTING_MS } from "../../../kiosk/static/ticket_state.js";
import { paperTimeText } from "../../../kiosk/static/words.js";
import { service } from "./menu_services.mjs";

const SERVICE = service("accueil", { name: "Accueil" });
const MENU = { language: "fr", priority_notice: false, is_open: true, services: [SERVICE] };
const AT = 3_000;

/** The last view, at AT: a ticket with the code of `follow_url`. */
function lastView({ print = null, ...ticket } = {}) {
  const issued = {
    visit: "v1",
    number: "A042",
    service: "accueil",
    service_names: { fr: "Accueil" },
    follow_url: "https://a.example/t/x",
    short_code: "ABCD2345",
    print,
    ...ticket,
  };
  return [
    { type: "menu_loaded", menu: MENU, at: 1_000 },
    { type: "choose_service", service: "accueil", pressId: "p1", at: 2_000 },
    { type: "press_issued", pressId: "p1", tickets: [issued], at: AT },
  ].reduce(reduce, initialState("fr"));
}
const after = (state, ms, type = "tick", more = {}) => reduce(state, { type, at: AT + ms, ...more });
const printed = (state, ms) => after(state, ms, "print_verdict", { visit: "v1", verdict: "printed" });

test("a number on no paper stays a minute and a half, warned for twenty seconds, and longer for who asks", () => {
  const shown = lastView();
  assert.equal(isToBeNoted(shown), true);
  assert.equal(isWarning(shown, AT + QUIET_NOTING_MS - 1), false);
  assert.equal(secondsLeft(shown, AT + QUIET_NOTING_MS), 20);
  assert.equal(after(shown, QUIET_NOTING_MS + 19_999).isCodeGone, false, "until then nothing is taken away");
  assert.equal(after(shown, QUIET_NOTING_MS + 20_000).view, "start");
  const longer = after(shown, QUIET_NOTING_MS + 5_000, "more_time");
  assert.equal(after(longer, QUIET_NOTING_MS + 64_000).view, "ticket");
  assert.equal(after(shown, 5_000, "home").view, "start");
});

test("a touch beside the buttons hides a code that was shown for twelve seconds until its owner says so", () => {
  const shown = lastView();
  assert.equal(after(shown, CODE_GONE_MS - 1, "touch_view").isCovered, false, "its owner is still there");
  const covered = after(shown, CODE_GONE_MS, "touch_view");
  assert.deepEqual([covered.view, covered.isCovered, covered.ticket.number], ["ticket", true, "A042"]);
  assert.equal(readingOf(covered, []).has_code, false);
  assert.equal(readingOf(covered, []).is_covered, true);
  const again = after(covered, CODE_GONE_MS + 1_000, "show_code");
  assert.equal(again.isCovered, false);
  assert.equal(after(again, 2 * CODE_GONE_MS, "touch_view").isCovered, false, "twelve seconds begin anew");
  assert.equal(after(covered, CODE_GONE_MS + 1_000, "home").ticket, null);
});

test("who looks for another language may be another visitor", () => {
  const late = CODE_GONE_MS + 1;
  assert.equal(after(lastView(), late, "choose_language", { language: "en" }).isCovered, true);
  const looking = after(lastView(), late, "show_languages");
  assert.equal(after(looking, late + 1_000, "back").isCovered, true);
  const early = after(lastView(), 1_000, "choose_language", { language: "en" });
  assert.deepEqual([early.language, early.isCovered], ["en", false]);
});

test("a ticket with its paper, or without a code, hides nothing at a touch", () => {
  const withPaper = printed(lastView({ print: { verdict: null } }), 1_000);
  assert.equal(after(withPaper, CODE_GONE_MS, "touch_view"), withPaper);
  const withoutCode = lastView({ follow_url: null });
  assert.equal(after(withoutCode, CODE_GONE_MS, "touch_view"), withoutCode);
});

test("a view waits for paper that may take long, and its owner has time to take it", () => {
  const slow = lastView({ print: { verdict: null }, paper_within_s: 125 });
  assert.equal(isToBeNoted(slow), false);
  assert.equal(after(slow, 144_000).view, "ticket");
  const out = printed(slow, 120_000);
  assert.equal(isWarning(out, AT + 120_000 + CODE_GONE_MS - 1), false);
  assert.equal(after(out, 120_000 + CODE_GONE_MS).isCodeGone, true);
  assert.equal(after(out, 120_000 + CODE_GONE_MS + 20_000).view, "start");
  assert.equal(readingOf(slow, []).paper_within_s, 125);
});

test("a hidden code does not come back with the paper", () => {
  const covered = after(lastView({ print: { verdict: "unknown" } }), CODE_GONE_MS, "touch_view");
  const out = printed(covered, CODE_GONE_MS + 1_000);
  assert.deepEqual([out.isCovered, out.isCodeGone], [false, true]);
});

test("the time until the paper is rounded up, never down", () => {
  const say = (key, { count }) => `${key.split("_").at(-1)} ${count}`;
  assert.deepEqual(
    [21, 40, 59, 60, 61, 125].map((s) => paperTimeText(s, say)),
    ["seconds 30", "seconds 40", "seconds 60", "minutes 1", "minutes 2", "minutes 3"],
  );
});
