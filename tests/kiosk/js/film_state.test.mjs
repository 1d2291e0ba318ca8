// The film in sign language of a service at the kiosk.

import assert from "node:assert/strict";
import { test } from "node:test";

import { initialState, isWarning, QUIET_MS, reduce } from "../../../kiosk/static/kiosk_state.js";
import { choicesOf, readingOf } from "../../../kiosk/static/reading_state.js";
import { service } from "./menu_services.mjs";

const FILM = { url: "/media/a.webm", poster: null, width: 640, height: 360, ms: 90_000 };
let at = 0;
const walk = (state, ...actions) =>
  actions.reduce((last, action) => reduce(last, { at: (at += 1_000), ...action }), state);

function opened(more = {}) {
  const services = [service("a", { film: FILM, exceptional: null, ...more })];
  const told = { language: "fr", priority_notice: false, asks_needs: false, is_open: true, services };
  return walk(
    initialState("fr"),
    { type: "menu_loaded", menu: told },
    { type: "choose_service", service: "a", pressId: "p1" },
  );
}
const does = (...types) => types.map((type) => ({ type }));

test("a service with a film has a sheet, which offers it by touch and by number", () => {
  const sheet = opened();
  assert.equal(sheet.view, "sheet");
  assert.deepEqual(choicesOf(sheet, []).at(-1), { type: "show_film" });
  const film = walk(sheet, ...does("show_film"));
  assert.deepEqual([film.view, film.film.plays], ["film", false], "it begins when somebody asks for it");
  assert.deepEqual(readingOf({ ...film, isIntroduced: true }, []), {
    lang: "fr",
    view: "film",
    service: "a",
  });
  assert.equal(walk(film, ...does("back")).view, "sheet");
});

test("a film starts, stops, begins again, and ends", () => {
  const film = walk(opened(), ...does("show_film", "play_film"));
  assert.equal(film.film.plays, true);
  assert.equal(walk(film, ...does("stop_film")).film.plays, false);
  assert.deepEqual(
    walk(film, ...does("stop_film", "play_film")).film.takes,
    0,
    "it goes on where it stopped",
  );
  assert.deepEqual(walk(film, ...does("restart_film")).film.takes, 1);
  const ended = walk(film, ...does("film_ended"));
  assert.equal(ended.film.plays, false);
  assert.deepEqual(walk(ended, ...does("play_film")).film.takes, 1, "from the beginning");
});

test("a film that cannot be shown says so, and nothing starts it", () => {
  const missing = walk(
    opened(),
    ...does("show_film", "play_film", "film_missing", "play_film", "restart_film"),
  );
  assert.deepEqual([missing.film.plays, missing.film.isMissing], [false, true]);
  assert.deepEqual(choicesOf(missing, []), []);
  assert.equal(walk(missing, ...does("back")).view, "sheet");
});

test("who watches a film is not asked whether they are still there, who stopped it is", () => {
  const playing = walk(opened(), ...does("show_film", "play_film"));
  assert.equal(isWarning(playing, at + FILM.ms), false);
  assert.equal(isWarning(walk(playing, ...does("stop_film")), at + QUIET_MS), true);
});

test("a film that leaves the menu takes its view along, and the next visitor finds none open", () => {
  const film = walk(opened(), ...does("show_film", "play_film"));
  const without = { ...film.menu, services: [{ ...film.menu.services[0], film: null }] };
  assert.equal(walk(film, { type: "menu_loaded", menu: without }).view, "start");
  assert.equal(walk(film, ...does("home")).film, null);
});
