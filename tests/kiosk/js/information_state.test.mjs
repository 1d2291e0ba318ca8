// The hall's notices at the kiosk: a list, one at a time, and what stays when one ends.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ASK_AT_MOST_EVERY_MS,
  languageToHear,
  noticeText,
  openInformation,
  openPictures,
  otherTongues,
  placeOf,
  QUIET_READING_MS,
} from "../../../kiosk/static/information.js";
import {
  initialState,
  isWarning,
  MENU_HELD_MS,
  reduce,
  WARNING_MS,
} from "../../../kiosk/static/kiosk_state.js";
import { isToBeRead, readingOf } from "../../../kiosk/static/reading_state.js";
import { service } from "./menu_services.mjs";

const MENU = { language: "fr", is_open: true, services: [service("accueil")] };
const notice = (id, ...languages) => ({
  id,
  texts: languages.map((language) => ({ language, title: `${id} ${language}`, blocks: [] })),
  languages: languages.map((code) => ({ code })),
});
const A = notice("a", "fr", "en", "ar");
const B = notice("b", "fr");
const loaded = (...notices) => ({
  type: "information_loaded",
  found: { notices, voices: ["fr"], changes_at: null },
});
const show = { type: "show_information" };
const open = (id) => ({ type: "open_notice", notice: id });
const turn = (by) => ({ type: "turn_notice", by });

function walk(actions, from = initialState("fr")) {
  let at = 0;
  return [{ type: "menu_loaded", menu: MENU }, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    from,
  );
}

test("a notice is opened from the list, the next one follows, and back leads to the start", () => {
  const text = walk([loaded(A, B), show, open("a")]);
  assert.deepEqual([text.view, text.reading, placeOf(text).place], ["information_text", A, 1]);
  const next = walk([loaded(A, B), show, open("a"), turn(1)]);
  assert.equal(next.reading, B);
  assert.equal(walk([loaded(A, B), show, open("a"), turn(1), turn(1)]).reading, B, "the last one stays");
  assert.equal(walk([loaded(A, B), show, open("a"), { type: "back" }]).view, "information");
  assert.equal(walk([loaded(A, B), show, { type: "back" }]).view, "start");
});

test("a notice is read in the chosen language, in the kiosk’s, else in French", () => {
  const opened = [loaded(A, B), show, open("a")];
  assert.equal(noticeText(walk(opened)).language, "fr");
  const english = [...opened, { type: "choose_language", language: "en" }];
  assert.equal(noticeText(walk(english)).language, "en");
  assert.equal(noticeText(walk([...english, turn(1)])).language, "fr");
  const arabic = walk([...opened, { type: "choose_notice_language", language: "ar" }]);
  assert.equal(languageToHear(arabic), "ar");
  assert.deepEqual(readingOf(arabic, []), {
    lang: "fr",
    view: "information_text",
    notice: "a",
    notice_lang: "ar",
  });
  assert.deepEqual(otherTongues(arabic, [{ code: "fr" }, { code: "en" }]), [{ code: "ar" }]);
});

test("what ends while it is read stays until its reader leaves it", () => {
  const ended = walk([loaded(A, B), show, open("a"), loaded(B)]);
  assert.deepEqual([ended.reading, placeOf(ended).place], [A, 0]);
  assert.equal(walk([loaded(A, B), show, open("a"), loaded(B), turn(1)]).reading, B);
  const left = walk([loaded(A, B), show, open("a"), loaded(B), { type: "back" }]);
  assert.deepEqual([left.view, left.reading, left.information.notices], ["information", null, [B]]);
});

test("the button neither comes nor goes under a finger", () => {
  const touched = walk([{ type: "touch_view" }, { type: "active" }, loaded(A)]);
  assert.deepEqual(touched.information.notices, []);
  const later = reduce(touched, { type: "tick", at: touched.touchedAt + MENU_HELD_MS });
  assert.deepEqual(later.information.notices, [A]);
});

test("a reader has two minutes, then the warning, then the start comes back", () => {
  const text = walk([loaded(A), show, open("a")]);
  assert.equal(isWarning(text, text.activeAt + QUIET_READING_MS - 1_000), false);
  assert.equal(isWarning(text, text.activeAt + QUIET_READING_MS), true);
  const over = reduce(text, { type: "tick", at: text.activeAt + QUIET_READING_MS + WARNING_MS });
  assert.deepEqual([over.view, over.reading], ["start", null]);
});

test("a voice reads on while pages are turned, and begins again with another notice", () => {
  const heard = walk([loaded(A, B), show, open("a"), { type: "toggle_listening" }]);
  const turned = reduce(heard, { type: "turn_page", by: 1, at: 60_000 });
  assert.equal(isToBeRead(turned, heard), false);
  assert.equal(isToBeRead(reduce(turned, { ...turn(1), at: 120_000 }), turned), true);
});

test("notices are asked for once they are wanted or one begins, at most every half minute", async () => {
  let at = 0;
  let asked = 0;
  const begins = "2026-11-24T10:00:00Z";
  const feed = openInformation({
    ask: async () => ({ notices: [], voices: [], changes_at: (asked += 1) && begins }),
    loaded: () => {},
    keep: () => {},
    now: () => at,
  });
  await feed.tick(0);
  assert.equal(asked, 0);
  feed.want();
  await feed.tick(0);
  feed.want();
  await feed.tick(0);
  assert.equal(asked, 1);
  at += ASK_AT_MOST_EVERY_MS;
  await feed.tick(0);
  await feed.tick(Date.parse(begins) - 1);
  assert.equal(asked, 2);
  at += ASK_AT_MOST_EVERY_MS;
  await feed.tick(Date.parse(begins) + 2_000);
  assert.equal(asked, 3);
});

test("pictures are fetched one at a time, after what a first press needs, and again once the server is back", async () => {
  const happened = [];
  let isAway = false;
  const keep = openPictures(
    async (address) => {
      happened.push(address);
      if (isAway) throw new TypeError("no network");
      return new Response("");
    },
    async () => void happened.push("pause"),
  );
  await keep(["/media/a.webp"]);
  isAway = true;
  await keep(["/media/a.webp", "/media/b.webp", "/media/c.webp"]);
  isAway = false;
  await keep(["/media/b.webp"]);
  await keep(["/media/b.webp"]);
  const once = ["pause", "/media/b.webp"];
  assert.deepEqual(happened, ["pause", "/media/a.webp", ...once, ...once]);
});
