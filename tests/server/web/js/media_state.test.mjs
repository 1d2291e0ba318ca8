import assert from "node:assert/strict";
import { test } from "node:test";

import {
  address,
  progressOf,
  refusalOf,
  tagsOf,
  textProblem,
  textsOf,
  uploadAddress,
} from "../../../../server/web/static/media/media_state.js";
import { percent } from "../../../../server/web/static/shared/uploads.js";

test("progress is shown in whole percent, and not at all while the size is unknown", () => {
  assert.deepEqual(
    [percent(0, 200), percent(133, 200), percent(200, 200), percent(201, 200), percent(5, 0)],
    [0, 66, 100, 100, null],
  );
});

test("an empty or too large file is not sent", () => {
  assert.equal(refusalOf({ size: 0 }, 10).key, "media.send.empty");
  assert.deepEqual(refusalOf({ size: 3e6 }, 2e6), { key: "media.send.too_large", values: { megabytes: 2 } });
  assert.equal(refusalOf({ size: 2e6 }, 2e6), null);
});

test("a file is sent for the site that was chosen", () => {
  assert.deepEqual(
    [undefined, "*", "laon"].map((site) => uploadAddress("/media", site)),
    ["/media", "/media?site=*", "/media?site=laon"],
  );
  assert.equal(uploadAddress("/media", "laon", "à b.png"), "/media?site=laon&name=%C3%A0+b.png");
});

test("a search leaves out what is empty, and tags are parted at commas", () => {
  assert.equal(
    address("/media", { q: "été & mer", site: "", before: null }),
    "/media?q=%C3%A9t%C3%A9+%26+mer",
  );
  assert.equal(address("/media", { q: "" }), "/media");
  assert.deepEqual(tagsOf(" mer,, hall d’accueil ,"), ["mer", "hall d’accueil"]);
});

test("French is needed, and never exactly one translation", () => {
  assert.deepEqual(textsOf({ fr: " Ouvert ", en: "", es: "  " }), { fr: "Ouvert" });
  assert.equal(textProblem({}), "media.text.missing");
  assert.equal(textProblem({ fr: "a", en: "b" }), "media.text.one_translation");
  assert.equal(textProblem({ fr: "a" }), null);
  assert.equal(textProblem({ fr: "a", en: "b", es: "c" }), null);
});

test("a batch counts what was taken and refused, not what was stopped", () => {
  const batch = (...states) => states.map((state) => ({ state }));
  assert.deepEqual(progressOf([]), { done: 0, whole: 0, isUnderWay: false });
  assert.deepEqual(progressOf(batch("received", "refused", "stopped", "sending", "waiting")), {
    done: 2,
    whole: 4,
    isUnderWay: true,
  });
  assert.equal(progressOf(batch("received", "stopped")).isUnderWay, false);
});
