import assert from "node:assert/strict";
import { test } from "node:test";
import { contentsOf, pages, turnMs } from "../../signage/static/slides.js";

const queue = (fr, waiting, { en, wait = null } = {}) => ({
  queue: fr, services: [{ id: fr, name: en ? { fr, en } : { fr } }], waiting, wait,
});
const view = (queues) => ({ queues, waiting: 0 });

test("waits come first, then each notice in French and in one other of its languages", () => {
  const notice = { id: "n", title: { ar: "ع", fr: "Titre" }, body: { fr: "Texte" }, category: "Horaires" };
  const contents = contentsOf({ view: view([queue("Accueil", 3)]), screen: { notices: [notice] }, languages: ["fr"] });
  assert.deepEqual(contents.map((one) => [one.kind, one.language]), [["waits", "fr"], ["notice", "fr"], ["notice", "ar"]]);
  assert.equal(contents[2].body, "");
  const many = { id: "n", title: { es: "Título", fr: "Titre", en: "Title" }, body: {}, category: "Horaires" };
  const shown = (round) => contentsOf({ view: view([]), screen: { notices: [many, notice] }, languages: ["fr", "en", "es"], round });
  assert.deepEqual([0, 1].map((round) => shown(round).map((one) => one.language)), [["fr", "en", "fr", "ar"], ["fr", "es", "fr", "ar"]]);
});

test("waits are told in another language only when every service has a name in it", () => {
  const languages = ["fr", "en"];
  const both = contentsOf({ view: view([queue("Accueil", 3, { en: "Reception" })]), screen: {}, languages });
  assert.deepEqual(both.map((one) => one.language), ["fr", "en"]);
  const mixed = contentsOf({ view: view([queue("Accueil", 3, { en: "Reception" }), queue("Titres", 1)]), screen: {}, languages });
  assert.deepEqual(mixed.map((one) => one.language), ["fr"]);
});

test("each round has waits in French and in one other language, the next one the next round", () => {
  const services = { Accueil: { fr: "Accueil", en: "Reception", es: "Recepción" } };
  const languages = ["fr", "en", "uk", "es"];
  const shown = (round) => contentsOf({ view: view([queue("Accueil", 3)]), screen: { services }, languages, round });
  assert.deepEqual([0, 1, 2].map((round) => shown(round).map((one) => one.language)), [["fr", "en"], ["fr", "es"], ["fr", "en"]]);
  assert.deepEqual(shown(1).map(({ lines }) => lines[0].name), ["Accueil", "Recepción"]);
});

test("a queue with nobody and no wait to tell takes no room, one without a wait is still told", () => {
  const queues = [queue("Vide", 0), queue("Libre", 0, { wait: { none: true } }), queue("Longue", 9)];
  const [waits] = contentsOf({ view: view(queues), screen: {}, languages: ["fr"] });
  assert.deepEqual(waits.lines.map((line) => line.name), ["Libre", "Longue"]);
});

test("with nothing to tell the hall says welcome", () => {
  const contents = contentsOf({ view: view([]), screen: { name: "Laon", notices: [] }, languages: ["fr"] });
  assert.deepEqual(contents, [{ kind: "welcome", language: "fr", hall: "Laon" }]);
});

test("a slide stays long enough to be read and never for ever", () => {
  assert.equal(turnMs("court"), 10_000);
  assert.equal(turnMs("mot ".repeat(40)), 19_000);
  assert.equal(turnMs("mot ".repeat(1_000)), 30_000);
});

test("a long text is split in full pages, in order, without losing a word", () => {
  const words = Array.from({ length: 17 }, (_, n) => String(n));
  const split = pages(words, (page) => page.length <= 5);
  assert.deepEqual(split.map((page) => page.length), [5, 5, 5, 2]);
  assert.deepEqual(split.flat(), words);
  assert.equal(pages(["immense", "mot"], () => false).length, 2);
  assert.deepEqual(pages([], () => true), [[]]);
});
