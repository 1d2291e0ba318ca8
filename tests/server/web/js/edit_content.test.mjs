import assert from "node:assert/strict";
import { test } from "node:test";

import {
  copyOf,
  freeId,
  freePrefix,
  idsOf,
  isShown,
  isWithin,
  menuOf,
  minutesOf,
  moved,
  nameOf,
  newPart,
  others,
  slugOf,
  viewOf,
} from "../../../../server/web/static/configuration/edit_content.js";

const service = (id, prefix, more = {}) => ({
  id: `laon-${id}`,
  names: { fr: id },
  queue: "laon-file",
  series: { prefix, first: 1, last: null },
  is_on_kiosk: true,
  is_retired: false,
  parent: null,
  ...more,
});
const BLANK = {
  id: "",
  names: {},
  queue: "",
  series: { prefix: "", first: 1, last: null },
  is_on_kiosk: true,
  is_retired: false,
  parent: null,
};
const FORM = {
  letters: ["A", "C", "F"],
  sections: [
    {
      key: "all",
      groups: [
        { fields: ["folders", "queues", "services", "counters"].map((name) => ({ name, key: "id" })) },
        { fields: [{ name: "name" }, { name: "sites", key: "slug" }] },
      ],
    },
  ],
};
const hall = (services = []) => ({
  hall: "laon",
  queues: [{ id: "laon-file", names: { fr: "Accueil" } }],
  services,
  folders: [],
  counters: [],
});

test("a name becomes an id as documents allow them, that no other part has", () => {
  assert.equal(slugOf("Œuvres d’art : n° 3"), "oeuvres-d-art-n-3");
  assert.equal(freeId("laon-visa", ["laon-visa", "laon-visa-2"]), "laon-visa-3");
  assert.ok(freeId("a".repeat(60), []).length <= 48);
});

test("a new service has an id of its hall, the first queue and a letter of its own", () => {
  const made = newPart(FORM, hall([service("accueil", "A")]), {
    list: "services",
    part: "service",
    key: "id",
    blank: BLANK,
    name: "Carte grise",
  });
  assert.deepEqual(
    [made.id, made.names, made.queue, made.series.prefix],
    ["laon-carte-grise", { fr: "Carte grise" }, "laon-file", "C"],
  );
  assert.deepEqual(BLANK.names, {});
});

test("letters that are taken are not given again, and two come after one", () => {
  const all = FORM.letters.map((letter) => service(letter.toLowerCase(), letter));
  assert.equal(freePrefix(FORM, hall(all)), "AA");
  assert.equal(freePrefix({ letters: ["X"] }, hall()), "X");
  assert.equal(
    freePrefix(FORM, hall([service("x", "C", { appointment_series: { prefix: "CA" } })]), "C"),
    "CC",
  );
});

test("every list of the form with a key gives ids, whichever key it is", () => {
  const content = {
    ...hall([service("accueil", "A")]),
    counters: [{ id: "laon-g1" }],
    sites: [{ slug: "laon" }],
    name: "Laon",
    kiosks: [{ id: "unknown-to-the-form" }],
  };
  assert.deepEqual(idsOf(FORM, content), ["laon-file", "laon-accueil", "laon-g1", "laon"]);
});

test("a copy has another id, name and letter, and keeps the rest", () => {
  const counters = [
    {
      id: "laon-guichet-1",
      labels: { fr: "guichet 1", en: "counter 1" },
      services: ["laon-accueil"],
      is_retired: true,
    },
  ];
  const counter = copyOf(FORM, { ...hall(), counters }, { list: "counters", key: "id", item: counters[0] });
  assert.deepEqual(counter, {
    id: "laon-guichet-2",
    labels: { fr: "guichet 2", en: "counter 2" },
    services: ["laon-accueil"],
    is_retired: false,
  });
  const one = service("accueil", "A", { queue: "laon-autre" });
  const copied = copyOf(FORM, hall([one]), { list: "services", key: "id", item: one });
  assert.deepEqual([copied.id, copied.series.prefix, copied.queue], ["laon-accueil-2", "C", "laon-autre"]);
});

test("order changes a step at a time, and not beyond the ends", () => {
  assert.deepEqual(moved(["a", "b", "c"], 1, -1), ["b", "a", "c"]);
  const list = ["a", "b"];
  assert.equal(moved(list, 1, 1), list);
});

test("a field shows when it matters, and when it still holds something", () => {
  const field = { name: "tested_on", when: { field: "has_loop", is: [true] } };
  assert.equal(isShown(field, { has_loop: false, tested_on: null }, { tested_on: null }), false);
  assert.equal(isShown(field, { has_loop: true, tested_on: null }, { tested_on: null }), true);
  assert.equal(isShown(field, { has_loop: false, tested_on: "2026-01-01" }, { tested_on: null }), true);
});

test("a document older than a choice has its usual value", () => {
  const [host, usb] = [
    { name: "host", when: { field: "kind", is: ["tcp"] } },
    { name: "usb", when: { field: "kind", is: ["usb_file"] } },
  ];
  const [old, blank] = [{ host: null }, { kind: "tcp", host: null, usb: null }];
  assert.equal(isShown(host, old, blank), true);
  assert.equal(isShown(usb, old, blank), false);
  assert.equal(isShown(usb, { kind: "usb_file" }, blank), true);
});

test("a problem leads to the view of its item, or to its section", () => {
  const form = {
    sections: [
      { key: "hall", groups: [{ fields: [{ name: "name" }] }] },
      { key: "services", groups: [{ fields: [{ name: "services", key: "id" }] }] },
    ],
  };
  const content = hall([service("accueil", "A")]);
  assert.deepEqual(viewOf(form, content, "services[0].names.en"), {
    section: "services",
    list: "services",
    id: "laon-accueil",
  });
  assert.deepEqual(viewOf(form, content, "services[7]"), { section: "services", list: null, id: null });
  assert.deepEqual(viewOf(form, content, "services"), { section: "services", list: null, id: null });
  assert.deepEqual(viewOf(form, content, ""), { section: "hall", list: null, id: null });
});

test("a path is within a place, not within one with the same beginning of its name", () => {
  assert.ok(isWithin("services[1].names.fr", "services[1]"));
  assert.ok(!isWithin("services[10].names", "services[1]"));
  assert.ok(!isWithin("names_more", "names"));
});

test("the hours of a week are added, spans half typed left out", () => {
  assert.equal(
    minutesOf({ monday: ["08:30-12:00", "13:30-24:00"], tuesday: ["09:00-"], sunday: [] }),
    210 + 630,
  );
});

test("the menu keeps the order of services, with a folder at the place of its first one", () => {
  const folder = { id: "laon-dossier", names: { fr: "Dossier" } };
  const services = [
    service("a", "A"),
    service("b", "C", { parent: "laon-dossier" }),
    service("c", "F"),
    service("d", "H", { parent: "laon-dossier" }),
    service("e", "K", { is_on_kiosk: false }),
    service("f", "L", { is_retired: true }),
  ];
  const entries = menuOf({ ...hall(services), folders: [folder] });
  assert.deepEqual(
    entries.map(({ part, services: inside }) => [nameOf(part), inside?.map(nameOf) ?? null]),
    [
      ["a", null],
      ["Dossier", ["b", "d"]],
      ["c", null],
    ],
  );
});

test("the menu of a kiosk has only its own services, in the hall's order", () => {
  const folder = { id: "laon-dossier", names: { fr: "Dossier" } };
  const services = [
    service("a", "A", { parent: "laon-dossier" }),
    service("b", "C"),
    service("c", "F", { parent: "laon-dossier" }),
  ];
  const content = { ...hall(services), folders: [folder] };
  const of = (...offered) =>
    menuOf(content, { services: offered }).map(({ part, services: inside }) => [
      nameOf(part),
      inside?.map(nameOf) ?? null,
    ]);
  assert.deepEqual(of("laon-c", "laon-b"), [
    ["Dossier", ["c"]],
    ["b", null],
  ]);
  assert.deepEqual(of("laon-b"), [["b", null]]);
  assert.deepEqual(
    of(),
    menuOf(content).map(({ part, services: inside }) => [nameOf(part), inside?.map(nameOf) ?? null]),
  );
});

test("a referral is in its folder while that has a service, else last", () => {
  const content = {
    ...hall([service("a", "A", { parent: "laon-dossier" }), service("b", "C")]),
    folders: [{ id: "laon-dossier", names: { fr: "Dossier" } }],
    referrals: [{ id: "laon-r", names: { fr: "r" }, parent: "laon-dossier" }],
  };
  const of = (kiosk) =>
    menuOf(content, kiosk).map(({ part, services }) => [nameOf(part), services?.map(nameOf)]);
  assert.deepEqual(of(null), [
    ["Dossier", ["a", "r"]],
    ["b", undefined],
  ]);
  assert.deepEqual(of({ services: ["laon-b"] }), [
    ["b", undefined],
    ["r", undefined],
  ]);
});

test("a part is not offered as a reference of its own: a printer is no backup of itself", () => {
  const content = { kiosks: [{ id: "b1" }, { id: "b2" }] };
  const offered = [
    ["b1", "Borne 1"],
    ["b2", "Borne 2"],
  ];
  assert.deepEqual(others(content, "kiosks", "kiosks[1].printer.backup", offered), [["b1", "Borne 1"]]);
  assert.deepEqual(others(content, "kiosks", "services[1].kiosk", offered), offered);
});
