import assert from "node:assert/strict";
import { test } from "node:test";

import {
  lineOptions,
  placesOf,
  pluggedOptions,
  printersFor,
  rowsOf,
  summaryOfHalls,
  verbsOf,
} from "../../../../server/web/static/devices/devices_state.js";
import { proofWords } from "../../../../server/web/static/devices/device_words.js";
import { typedOf } from "../../../../server/web/static/devices/printer_setup.js";
import { troublesOf } from "../../../../server/web/static/devices/supervision_state.js";
import { grouped, stateOf, pauseAfter, spelt } from "../../../../server/web/static/devices/pairing_state.js";
import { renewToken } from "../../../../server/web/static/devices/renewal.js";

const AT = "2026-11-24T09:00:00.000000+00:00";
const kiosk = (id, more = {}) => ({
  kind: "kiosk",
  id,
  label: id,
  is_paired: true,
  is_connected: true,
  since: AT,
  seen_at: AT,
  ...more,
});
const printer = (id, state = "ready") => ({ kind: "printer", id, state, since: AT });
const hall = (devices, printers = [], more = {}) => ({
  hall: "laon",
  may_configure: true,
  releases: {},
  devices,
  printers,
  ...more,
});

test("each printer is listed after its kiosk, and the list may show only devices that need attention", () => {
  const laon = hall([kiosk("b1"), kiosk("b2")], [printer("b1")], { needing: ["printer-b1", "b2"] });
  assert.deepEqual(
    rowsOf(laon).map(({ kind, id }) => `${kind} ${id}`),
    ["kiosk b1", "printer b1", "kiosk b2"],
  );
  assert.deepEqual(
    rowsOf(laon, { only: true }).map(({ kind, id }) => `${kind} ${id}`),
    ["printer b1", "kiosk b2"],
  );
  assert.deepEqual(summaryOfHalls([laon, laon]), { count: 4, all: 6 });
});

test("devices are found by words of their name and their hall, without accents", () => {
  const laon = hall([kiosk("b1", { label: "Borne de l’entrée" }), kiosk("b2", { label: "Écran" })], [], {
    name: "Laon",
    site: "Préfecture",
  });
  const found = (typed) => rowsOf(laon, { typed }).map(({ id }) => id);
  assert.deepEqual(found("entree laon"), ["b1"]);
  assert.deepEqual(found("PREF"), ["b1", "b2"]);
  assert.deepEqual(found("guise"), []);
});

test("a device may take a free place first, one that is taken, or a new one", () => {
  const places = placesOf(hall([kiosk("taken"), kiosk("free", { is_paired: false })]));
  assert.deepEqual(
    places.map(({ id, kind, isTaken }) => [id, kind, isTaken]),
    [
      ["free", "kiosk", false],
      ["taken", "kiosk", true],
      [null, "screen", false],
      [null, "kiosk", false],
    ],
  );
});

test("the pairing of a kiosk asks for its printer, unless it has its own", () => {
  const laon = hall([], [{ ...printer("b1"), label: "Borne 1" }]);
  const values = (place) => printersFor(place, laon).map(({ value }) => value);
  assert.deepEqual(values({ paper: "undecided" }), ["", "at b1", "new", "none"]);
  assert.deepEqual(values({ paper: "own" }), ["own"]);
  assert.deepEqual(values({ paper: "none" }), ["none", "at b1", "new"]);
  assert.deepEqual(values({ paper: "other", printsAt: "b1" }), ["at b1", "new", "none"]);
  assert.deepEqual(troublesOf(kiosk("b2", { paper: "undecided" }), {}), ["no_printer"]);
  assert.deepEqual(troublesOf(kiosk("b2", { paper: "undecided", is_paired: false }), {}), []);
  assert.deepEqual(troublesOf(kiosk("b2", { paper: "none" }), {}), []);
});

test("the actions on a device follow from its kind and the reader's rights", () => {
  const laon = hall([kiosk("b1"), kiosk("b2")], [printer("b1")]);
  assert.deepEqual(verbsOf(kiosk("b1"), laon), ["renew", "revoke"]);
  assert.deepEqual(verbsOf(kiosk("b2"), laon), ["renew", "revoke", "address"]);
  assert.deepEqual(verbsOf(kiosk("b2", { is_paired: false }), laon), ["address"]);
  assert.deepEqual(verbsOf(printer("b1"), laon), ["trial", "roll", "address"]);
  const seen = { ...laon, may_configure: false };
  assert.deepEqual(verbsOf(kiosk("b1"), seen), []);
  assert.deepEqual(verbsOf(printer("b1"), seen), ["trial", "roll"]);
});

test("a code is read in two groups and spoken letter by letter", () => {
  assert.equal(grouped("K7FR4M"), "K7F\u00a0R4M");
  assert.equal(spelt("K7FR4M"), "K, 7, F, R, 4, M");
});

test("an absent or overloaded server is reported, and asked again", () => {
  assert.deepEqual(stateOf(null), { state: "lost" });
  assert.deepEqual(stateOf({ status: 503, body: null }), { state: "lost" });
  assert.equal(stateOf({ status: 429, body: null }).state, "slowed");
  assert.ok(pauseAfter({ state: "slowed" }) > pauseAfter({ state: "lost" }));
  assert.deepEqual(stateOf({ status: 200, body: { state: "waiting", code: "K7FR4M", left_s: 600 } }), {
    state: "shown",
    code: "K7FR4M",
    leftS: 600,
  });
});

test("an exchange of tokens with a lost answer is repeated unchanged, and a refusal is not", async () => {
  const asked = [];
  const answers = [
    () => {
      throw new Error("lost");
    },
    () => ({ ok: false, status: 503 }),
    () => ({ ok: true, status: 204 }),
  ];
  const fetch = (path, { body }) => {
    asked.push(body);
    return answers[asked.length - 1]();
  };
  assert.equal(await renewToken({ told: "once" }, { fetch, pause: async () => {} }), true);
  assert.deepEqual(asked, Array(3).fill('{"told":"once"}'));
  assert.equal(
    await renewToken({ told: "late" }, { fetch: () => ({ ok: false, status: 409 }), pause: async () => {} }),
    false,
  );
});

test("the present printer on USB can be chosen although it is unplugged", () => {
  const say = (key, values = {}) => [key, ...Object.values(values)].join(" ");
  const plugged = [{ usb: "04b8:0e15:A", maker: "EPSON", model: "TM-T20", port: "1-1" }];
  const named = ["04b8:0e15:A", "device_list.printer.named 04b8:0e15:A EPSON TM-T20 1-1"];
  assert.deepEqual(pluggedOptions(plugged, "04b8:0e15:A", say), [named]);
  assert.deepEqual(pluggedOptions(plugged, "04b8:0e15:B", say), [
    named,
    ["04b8:0e15:B", "device_list.printer.missing 04b8:0e15:B"],
  ]);
  assert.deepEqual(pluggedOptions([], "", say), [["", "device_list.printer.none_plugged"]]);
});

test("the serial lines are named without their folders", () => {
  const say = (key, values = {}) => [key, ...Object.values(values)].join(" ");
  assert.deepEqual(lineOptions(["/dev/serial/by-id/usb-A"], "/dev/ttyS0", say), [
    ["/dev/serial/by-id/usb-A", "usb-A"],
    ["/dev/ttyS0", "device_list.printer.missing /dev/ttyS0"],
  ]);
  assert.deepEqual(lineOptions([], "", say), [["", "device_list.printer.no_line"]]);
});

test("a printer that fetches its tickets has a password, and needs attention without one or when it asks seldom", () => {
  const fetches = { has_secret: true, interval_s: 5, is_too_slow: false, identity: null };
  const star = (more) => ({ ...printer("b1"), fetches: { ...fetches, ...more } });
  assert.deepEqual(verbsOf(star(), hall([])), ["trial", "roll", "address", "secret"]);
  assert.deepEqual(verbsOf(star(), hall([], [], { may_configure: false })), ["trial", "roll"]);
  assert.deepEqual(verbsOf({ ...printer("b1"), fetches: null }, hall([])), ["trial", "roll", "address"]);
  assert.deepEqual(troublesOf(star(), {}), []);
  assert.deepEqual(troublesOf(star({ has_secret: false }), {}), ["no_secret"]);
  assert.deepEqual(troublesOf(star({ is_too_slow: true, interval_s: 120 }), {}), ["asks_seldom"]);
});

test("what is typed into a printer is its address on this server, its user and its password", () => {
  const made = { kind: "star_cloudprnt", path: "/impression/star/laon/b1", user: "b1", secret: "s" };
  assert.deepEqual(typedOf(made, "https://parvis.example"), [
    { key: "address", value: "https://parvis.example/impression/star/laon/b1" },
    { key: "user", value: "b1" },
    { key: "secret", value: "s" },
  ]);
  const gateway = { kind: "gateway", path: "/impression/gateway/laon/b1", user: "b1", secret: "" };
  assert.deepEqual(typedOf(gateway, "https://parvis.example"), [
    { key: "command", value: "sudo /opt/parvis/bin/parvis-kiosk install https://parvis.example" },
  ]);
});

test("what is known of a real printer is said, of a simulated one nothing", () => {
  const words = { say: (key) => key.replace("device_list.printer.proof.", ""), moment: String };
  const real = { ...printer("p"), host: "192.0.2.7", probe: null, paper_read_at: null };
  assert.equal(proofWords({ ...real, host: null }, words), "");
  assert.equal(proofWords(real, words), "never unread");
  const probe = { asked_at: AT, state: "ready", name: "", has_process_id: true, speed: null };
  assert.equal(proofWords({ ...real, probe, paper_read_at: AT }, words), "confirms read");
  assert.equal(
    proofWords({ ...real, probe: { ...probe, has_process_id: false } }, words),
    "processes unread",
  );
  assert.equal(proofWords({ ...real, probe: { ...probe, has_process_id: null } }, words), "stopped unread");
  assert.equal(proofWords({ ...real, host: null, fetches: {} }, words), "unread");
});
