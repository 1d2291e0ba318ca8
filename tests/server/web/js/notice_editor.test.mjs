// The editor of notices: where in words, which presses, undo, what is missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isEditable, missingWords, pressesOf } from "../../../../server/web/static/notices/notice_content.js";
import {
  dayPages,
  explicit,
  isEverywhere,
  layoutsOf,
  mayPublish,
  targetsInWords,
} from "../../../../server/web/static/notices/notice_targets.js";
import { createUndo, ONE_STEP_MS } from "../../../../server/web/static/notices/notice_undo.js";

const hall = (slug, name, may, screens) => ({
  hall: slug,
  name,
  site: slug,
  site_name: name,
  may_preview: may,
  may_draft: may,
  may_publish: may,
  screens: screens.map((id) => ({ id, label: `écran ${id}` })),
});
const PLACES = [hall("laon", "Laon", true, ["1", "2", "3"]), hall("vervins", "Vervins", false, ["4"])];
const words = {
  language: "fr",
  say: (key, { place, screens, group } = {}) =>
    ({
      "notices.aim.group": `${place}, ${group} : ${screens}`,
      "notices.aim.group.empty": `${place}, ${group} : aucun écran`,
      "notices.aim.everywhere": "partout",
      "notices.aim.nowhere": "nulle part",
      "notices.aim.whole": `${place} : tous`,
      "notices.aim.screens": `${place} : ${screens}`,
      "notices.aim.between": " ; ",
    })[key],
};
const inWords = (targets) => targetsInWords(targets, PLACES, words);

test("where a notice is shown is said in words", () => {
  assert.equal(inWords({ screens: ["1", "2"], everywhere: false }), "Laon : écran 1 et écran 2");
  assert.equal(inWords({ screens: ["1"], sites: ["vervins"] }), "Laon : écran 1 ; Vervins : tous");
  assert.equal(inWords({ everywhere: false }), "nulle part");
  assert.equal(inWords({ everywhere: true }), "partout");
});

test("a group is said with the screens that are in it now, or that there is none", () => {
  const laon = hall("laon", "Laon", false, ["1", "2", "3"]);
  laon.groups = [
    { id: "entree", label: "Entrée" },
    { id: "cour", label: "Cour" },
  ];
  laon.screens[1].groups = ["entree"];
  const places = [laon, PLACES[1]];
  const [full, empty] = [{ groups: ["laon/entree"] }, { groups: ["laon/cour"], everywhere: false }];
  assert.equal(targetsInWords(full, places, words), "Laon, Entrée : écran 2");
  assert.equal(targetsInWords(empty, places, words), "Laon, Cour : aucun écran");
  const both = targetsInWords({ ...full, sites: ["vervins"] }, places, words);
  assert.equal(both, "Vervins : tous ; Laon, Entrée : écran 2");
  const mayAtVervins = [laon, { ...PLACES[1], may_publish: true }];
  assert.equal(mayPublish(empty, mayAtVervins), false, "its site decides, also while it is empty");
});

test("each layout of the screens is previewed once, whatever their number of pixels", () => {
  const screen = (id, size, more = {}) => ({
    id,
    label: id,
    shows_notices: true,
    least_px: 56,
    size,
    ...more,
  });
  const laon = hall("laon", "Laon", true, []);
  laon.screens = [
    screen("a", [1920, 1080]),
    screen("b", [3840, 2160]),
    screen("c", null),
    screen("d", [1080, 1920]),
    screen("e", [1920, 1080], { least_px: 80 }),
    screen("f", null, { shows_notices: false }),
  ];
  const vervins = { ...hall("vervins", "Vervins", true, []), screens: [screen("g", [1920, 1080])] };
  const seen = (targets, kind = "text") => layoutsOf({ targets, kind }, [laon, vervins]);
  const { layouts, callsOnly } = seen({ halls: ["laon"], everywhere: false });
  assert.deepEqual(
    layouts.map(({ width, height, names, isAssumed }) => [width, height, names.join(), isAssumed]),
    [
      [1920, 1080, "a,b,c", false],
      [1080, 1920, "d", false],
      [1920, 1080, "e", false],
    ],
  );
  assert.deepEqual(callsOnly, ["f"]);
  assert.ok(seen({ screens: ["c"] }).layouts[0].isAssumed);
  assert.equal(seen({ everywhere: true }).layouts.length, 3);
  assert.equal(seen({ everywhere: true }, "hours").layouts.length, 4, "hours are those of each hall");
  assert.equal(seen({ everywhere: false }).layouts.length, 3, "of the first hall while nothing is ticked");
});

test("a notice leads to the day of its screens, from its first day on", () => {
  const pages = (content) => dayPages(content, PLACES, "2026-11-28").map(({ href, name }) => [href, name]);
  assert.deepEqual(pages({ targets: { screens: ["2"] }, validity: { starts: "2026-12-01T09:00" } }), [
    ["/affichage/journee?hall=laon&ecran=2&jour=2026-12-01", null],
  ]);
  assert.deepEqual(pages({ targets: { everywhere: true } }), [
    ["/affichage/journee?hall=laon", "Laon"],
    ["/affichage/journee?hall=vervins", "Vervins"],
  ]);
});

test("earlier targets without a place mean everywhere, and the form says so", () => {
  assert.ok(isEverywhere({ sites: [], halls: [], screens: [] }));
  assert.deepEqual(explicit({ sites: [] }), {
    sites: [],
    halls: [],
    screens: [],
    groups: [],
    everywhere: true,
  });
  assert.equal(explicit({ screens: ["1"], everywhere: null }).everywhere, false);
});

test("who publishes decides at every site that is ticked", () => {
  assert.ok(mayPublish({ screens: ["1"] }, PLACES));
  assert.ok(!mayPublish({ screens: ["1", "4"] }, PLACES));
  assert.ok(!mayPublish({ everywhere: true }, PLACES));
  assert.ok(mayPublish({ everywhere: false }, PLACES), "the button stays while nothing is ticked yet");
});

test("one press leads on: publish for who decides, propose for who does not", () => {
  const decides = { isDirty: false, mayPublish: true };
  const drafts = { isDirty: true, mayPublish: false };
  const standing = (state, ...verbs) => ({ state, verbs, is_mine: false, correction: null });
  assert.deepEqual(pressesOf(null, decides), ["publish", "save"]);
  assert.deepEqual(pressesOf(null, drafts), ["propose", "save"]);
  assert.deepEqual(pressesOf(standing("draft", "edit", "archive"), drafts), ["propose", "save", "archive"]);
  const proposed = standing("submitted", "edit", "take_back", "approve", "refuse");
  assert.deepEqual(pressesOf(proposed, decides), ["publish", "refuse"]);
  assert.ok(isEditable(proposed));
  const mine = standing("submitted", "edit", "take_back");
  assert.deepEqual(pressesOf(mine, drafts), ["take_back"]);
  assert.ok(!isEditable(mine), "it is taken back first");
  const shown = standing("published", "publish", "withdraw", "correct");
  assert.deepEqual(pressesOf(shown, decides), ["correct", "withdraw"]);
  assert.deepEqual(pressesOf({ ...shown, correction: {} }, decides), ["withdraw"]);
  assert.deepEqual(pressesOf(standing("archived"), decides), []);
});

test("undo goes back a step at a time, and typing quickly is one step", () => {
  const undo = createUndo("a");
  undo.note("ab", 0);
  undo.note("abc", ONE_STEP_MS - 1);
  undo.note("abc!", 3 * ONE_STEP_MS);
  assert.equal(undo.back(), "abc");
  assert.equal(undo.back(), "a");
  assert.equal(undo.back(), null);
  assert.equal(undo.forth(), "abc");
  undo.note("x", 9 * ONE_STEP_MS);
  assert.equal(undo.forth(), null);
  assert.equal(undo.back(), "abc");
});

test("a translation lacks what the French says", () => {
  const typed = {
    titles: { fr: "Un", en: "One" },
    bodies: { fr: "<p>Un</p>", en: "<div><br></div>" },
    rows: [{ labels: { fr: "Titre" }, delays: { fr: "3 jours", en: "3 days" } }],
  };
  assert.deepEqual(missingWords(typed, ["fr", "en"]), { en: ["bodies", "rows"] });
  assert.deepEqual(missingWords({ titles: { fr: "Un" } }, ["fr"]), {});
});
