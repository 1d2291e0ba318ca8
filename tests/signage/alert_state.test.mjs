import assert from "node:assert/strict";
import { test } from "node:test";

import { pagesOf, receiveAlert, shownAlert, TURN_MS, turnAt } from "../../signage/static/alert_state.js";
import * as screen from "../../signage/static/screen_state.js";

const AT = Date.parse("2026-11-24T10:00:00Z");
const alert = (id, more = {}) => ({
  alert: id,
  kind: "evacuate",
  drill: false,
  raised_at: "2026-11-24T10:00:00Z",
  until: null,
  texts: {},
  ...more,
});
const message = (version, told, more = {}) => ({
  epoch: "e",
  version,
  as_of: "2026-11-24T10:00:00.000001Z",
  alert: told,
  ...more,
});
const around = {
  drill: "EXERCICE",
  drill_text: "Ceci est un exercice.",
  not_fire: "x",
  since: "Depuis {time}",
};
const kinds = { evacuate: { title: "Évacuez", text: "Sortez." } };
const prepared = {
  own: "fr",
  languages: {
    fr: { dir: "ltr", kinds, ...around },
    ar: { dir: "rtl", kinds: { evacuate: { title: "أخلوا", text: "" } }, ...around },
  },
};

test("a later message replaces the alert, an earlier or equal one does not", () => {
  const held = receiveAlert(null, message(5, alert("a")));
  assert.equal(receiveAlert(held, message(4, null)), held);
  assert.equal(receiveAlert(held, message(5, null)), held);
  assert.equal(receiveAlert(held, message(6, null)).alert, null);
  assert.equal(receiveAlert(held, message(1, alert("b"), { epoch: "f" })).alert.alert, "b");
});

test("a board without a word about alerts changes nothing", () => {
  const held = receiveAlert(null, message(5, alert("a")));
  assert.equal(receiveAlert(held, { epoch: "e", version: 9, as_of: "2026-11-24T11:00:00Z" }), held);
});

test("the same alert again brings its voice, which a board does not take away", () => {
  const held = receiveAlert(null, message(5, alert("a")));
  const spoken = receiveAlert(held, message(5, alert("a"), { audio: { fr: "/audio/1.wav" } }));
  assert.equal(spoken.audio, "/audio/1.wav");
  assert.equal(receiveAlert(spoken, message(6, alert("a"))).audio, "/audio/1.wav");
  assert.equal(receiveAlert(spoken, message(6, alert("b"))).audio, null);
});

test("an alert with a stated time ends by itself, any other never", () => {
  const held = receiveAlert(null, message(5, alert("a", { until: "2026-11-24T10:10:00Z" })));
  assert.equal(shownAlert(held, AT).alert, "a");
  assert.equal(shownAlert(held, AT + 600_000), null);
  assert.equal(shownAlert(receiveAlert(null, message(5, alert("b"))), AT + 1e12).alert, "b");
});

test("French stays in every turn, the other languages of the hall that have the words follow each other", () => {
  const pages = pagesOf(alert("a"), {
    prepared: { ...prepared, languages: { ...prepared.languages, en: prepared.languages.fr } },
    languages: ["en", "de", "fr", "ar"],
  });
  const turns = [0, 1, 2].map((turn) => turnAt(pages, turn * TURN_MS));
  assert.deepEqual(
    turns.map(({ first, other }) => [first.language, other.language]),
    [
      ["fr", "en"],
      ["fr", "ar"],
      ["fr", "en"],
    ],
  );
  assert.equal(turnAt(pages.slice(0, 1), TURN_MS).other, null);
});

test("a drill says so in every language", () => {
  const pages = pagesOf(alert("a", { drill: true }), { prepared, languages: ["fr", "ar"] });
  assert.ok(pages.every((page) => page.drill && page.drillText));
});

test("a custom alert shows its own words, all of them once they were fetched", () => {
  const texts = { fr: { title: "Fuite", text: "" }, en: { title: "Leak", text: "" } };
  const custom = alert("c", { kind: "custom", texts });
  assert.deepEqual(
    pagesOf(custom, { prepared, languages: ["fr"] }).map((page) => page.title),
    ["Fuite", "Leak"],
  );
  const further = { c: { ...texts, es: { title: "Fuga", text: "" } } };
  assert.equal(pagesOf(custom, { prepared, languages: ["fr"], further }).length, 3);
});

test("the alert is kept through a reload without a server, however long", () => {
  let state = screen.connected(screen.initialState(), AT);
  state = screen.receiveAlertMessage(state, message(5, alert("a")), AT);
  const again = screen.restored(JSON.parse(JSON.stringify(screen.toSave(state))));
  assert.equal(screen.alertNow(again, AT + 48 * 3_600_000).alert, "a");
});

test("a voice that was kept speaks at once, and an alert without a voice has none", () => {
  const kept = { screen: { alert_voices: { "shelter drill": "/audio/2.wav" } }, alert: { audio: null } };
  assert.equal(screen.voiceOf(kept, { kind: "shelter", drill: true, has_voice: true }), "/audio/2.wav");
  assert.equal(screen.voiceOf(kept, { kind: "shelter", drill: false, has_voice: true }), null);
  assert.equal(
    screen.voiceOf(
      { ...kept, alert: { audio: "/audio/3.wav" } },
      { kind: "shelter", drill: true, has_voice: true },
    ),
    "/audio/3.wav",
  );
  assert.equal(screen.voiceOf(kept, { kind: "shelter", drill: true, has_voice: false }), null);
});

test("an alert taken back is shown for a minute, under its own id, and gives way to a call", () => {
  const back = {
    alert: "a",
    kind: "taken_back",
    drill: false,
    raised_at: "2026-11-24T10:00:00Z",
    until: "2026-11-24T10:01:00Z",
    texts: {},
    has_voice: false,
  };
  const held = receiveAlert(
    receiveAlert(null, message(5, alert("a"), { audio: { fr: "/audio/1.wav" } })),
    message(6, null, { alert_taken_back: back }),
  );
  assert.deepEqual([held.alert.alert, held.audio], ["a taken back", null]);
  assert.equal(shownAlert(held, AT + 60_000), null);
  const state = { ...screen.connected(screen.initialState(), AT), alert: held };
  assert.equal(screen.alertNow({ ...state, board: { calls: [] } }, AT).kind, "taken_back");
  assert.equal(screen.alertNow({ ...state, board: { calls: [{}] } }, AT), null);
});
