import assert from "node:assert/strict";
import { test } from "node:test";
import {
  contentOf,
  coversMuch,
  filesOf,
  isThought,
  lengthened,
  pageAt,
  pageCounts,
} from "../../signage/static/contents.js";

const queue = (fr, waiting, { en, wait = null } = {}) => ({
  queue: fr,
  services: [{ id: fr, name: en ? { fr, en } : { fr } }],
  waiting,
  wait,
});
const waits = (language) => ({ id: `w-${language}`, kind: "waits", language, content: {} });
const told = (queues, language, services) =>
  contentOf(waits(language), { view: { queues }, screen: { services }, own: "fr" });

test("waits are shown in another language only when every service has a name in it", () => {
  assert.ok(told([queue("Accueil", 3, { en: "Reception" })], "en"));
  const mixed = [queue("Accueil", 3, { en: "Reception" }), queue("Titres", 1)];
  assert.ok(told(mixed, "fr"));
  assert.equal(told(mixed, "en"), null);
  assert.equal(
    told([queue("Accueil", 3)], "es", { Accueil: { es: "Recepción" } }).lines[0].name,
    "Recepción",
  );
});

test("an empty queue without a wait takes no room, one with people and no wait is still shown", () => {
  const queues = [queue("Vide", 0), queue("Libre", 0, { wait: { none: true } }), queue("Longue", 9)];
  assert.deepEqual(
    told(queues, "fr").lines.map((line) => line.name),
    ["Libre", "Longue"],
  );
  assert.equal(told([queue("Vide", 0)], "fr"), null);
});

test("the files of an item are its own and its poster", () => {
  assert.deepEqual(filesOf({ content: { url: "/media/a.webm", poster: "/media/a.webp" } }), [
    "/media/a.webm",
    "/media/a.webp",
  ]);
  assert.deepEqual(filesOf({ content: { title: "Texte" } }), []);
});

test("the pages of an item share its time by their words; the rest comes at the next showing", () => {
  const at = (position, showing = 0) =>
    pageAt({ reading: [4_000, 5_000, 3_000], ms: 24_000, position, showing });
  assert.deepEqual(
    [0, 7_999, 8_000, 17_999, 18_000, 23_999, 24_000].map((position) => at(position)),
    [0, 0, 1, 1, 2, 2, 2],
  );
  const short = (position, showing) =>
    pageAt({ reading: Array(20).fill(5_000), ms: 10_000, position, showing });
  assert.deepEqual([short(0, 0), short(5_000, 0), short(0, 1), short(9_000, 9)], [0, 1, 2, 19]);
});

test("an author gets the largest number of pages of a notice in any of its languages", () => {
  const contents = [{ kind: "text", n: 2 }, { kind: "text", n: 3 }, { kind: "image", n: null }, null];
  const count = ({ n }) => ({
    beside: { pages: n, isForced: n === 2, near: n === 2 ? 2.1 : null, isLarge: n === 3 },
    alone: { pages: n && n - 1, isForced: false, isLarge: false },
  });
  assert.deepEqual(pageCounts(contents, count), {
    beside: { pages: 3, isForced: true, near: 2.1, isLarge: true },
    alone: { pages: 2, isForced: false, near: null, isLarge: false },
  });
  assert.equal(pageCounts([{ kind: "image", n: null }, null], count).beside.pages, null);
  assert.equal(pageCounts([null], count), null);
});

test("beside calls a thought has two pages at most, and no sentence that is cut or too small", () => {
  const pages = (...forced) => forced.map((isForced) => ({ isForced }));
  assert.deepEqual(
    [[false], [false, false], [false, false, false], [true]].map((each) => isThought(pages(...each))),
    [true, true, false, false],
  );
  assert.equal(isThought([{ isSmall: true }]), false, "the last reader cannot read it");
});

test("beside calls a picture covers much of its room, or waits for the whole screen", () => {
  const [lying, upright] = [
    { width: 650, height: 988 },
    { width: 1080, height: 724 },
  ];
  const [poster, film, band] = [
    { width: 900, height: 1273 },
    { width: 1920, height: 1080 },
    { width: 1200, height: 300 },
  ];
  const found = [poster, film, band].map((picture) => [
    coversMuch(picture, lying),
    coversMuch(picture, upright),
  ]);
  assert.deepEqual(found, [
    [true, true],
    [false, true],
    [false, false],
  ]);
  assert.ok(
    coversMuch({ kind: "image", ...film, focus: { x: 50, y: 50 } }, lying),
    "a photograph may be cut",
  );
});

test("a text stays until each of its pages could be read; waits and files keep their time", () => {
  const items = ["text", "waits", "video", "hours"].map((kind) => ({ id: kind, kind, ms: 10_000 }));
  const needs = new Map([
    ["text", { reading: [6_000, 7_000] }],
    ["waits", { reading: [] }],
    ["video", { reading: [] }],
  ]);
  const { items: found, hours } = lengthened({ items, hours: null }, needs);
  assert.deepEqual(
    found.map(({ ms }) => ms),
    [13_000, 10_000, 10_000, 10_000],
  );
  assert.equal(hours, null);
  for (let ms = 13_000; ms < 40_000; ms += 700) {
    const shown = new Set(
      Array.from({ length: 200 }, (_, step) =>
        pageAt({ reading: [6_000, 7_000], ms, position: (ms * step) / 200, showing: 0 }),
      ),
    );
    assert.deepEqual([...shown], [0, 1], "every page is shown before the turn ends");
  }
});

test("a countdown gets the local day, a code the size of a module that is scanned from three metres", () => {
  const shown = (kind, moment) => contentOf({ kind, language: "fr", content: {} }, { own: "fr", ...moment });
  assert.equal(shown("countdown", { today: "2026-12-24" }).today, "2026-12-24");
  assert.equal(shown("code", { screen: { place: { module_px: 19 } } }).module_px, 19);
  assert.equal(shown("code", { screen: null }).module_px, 0);
});
