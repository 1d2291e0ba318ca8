import assert from "node:assert/strict";
import { test } from "node:test";

import {
  askedEnd,
  bodyOf,
  isWaited,
  mayTakeBack,
  reached,
  sorted,
  typedTexts,
  wrongWith,
} from "../../../../server/web/static/alerts/alerts_state.js";

const screen = (state) => ({ screen: "s", label: "Écran", state, shown_at: null });
const hall = (more = {}) => ({
  hall: "laon",
  name: "Laon",
  is_in_force: true,
  end_asked_by: null,
  end_asked_at: null,
  end_alone_at: null,
  is_end_asked_by_reader: false,
  screens: [screen("shown"), screen("waiting")],
  ...more,
});
const alert = (...halls) => ({ alert: "a", kind: "evacuate", halls });

test("an alert holds in the halls where it was not ended, and is past when it was in all", () => {
  const ended = hall({ is_in_force: false });
  const { holding, past } = sorted([alert(hall(), ended), alert(ended)]);
  assert.deepEqual(
    holding.map((each) => each.halls.length),
    [1],
  );
  assert.equal(past.length, 1);
});

test("a hall shows how many of its screens show the alert", () => {
  assert.deepEqual(reached(hall()), { count: 2, shown: 1, key: "some" });
  assert.equal(reached(hall({ screens: [screen("shown")] })).key, "all");
  assert.equal(reached(hall({ screens: [] })).key, "none");
});

test("the page asks often only while a screen of an alert in force is waited for", () => {
  assert.ok(isWaited([alert(hall())]));
  assert.ok(
    !isWaited([alert(hall({ screens: [screen("not_reached")] })), alert(hall({ is_in_force: false }))]),
  );
});

test("a first confirmation names its author, who waits for another person, or continues alone after two minutes", () => {
  const at = Date.parse("2026-11-24T10:01:00Z");
  const asked = (more) =>
    alert(
      hall(),
      hall({
        end_asked_by: "Ada",
        end_asked_at: "2026-11-24T10:00:00Z",
        end_alone_at: "2026-11-24T10:02:00Z",
        is_end_asked_by_reader: true,
        ...more,
      }),
    );
  assert.equal(askedEnd(alert(hall()), at), null);
  assert.deepEqual(askedEnd(asked({}), at), {
    by: "Ada",
    mayConfirm: false,
    aloneAt: "2026-11-24T10:02:00Z",
  });
  assert.equal(askedEnd(asked({}), at + 60_000).mayConfirm, true);
  assert.equal(askedEnd(asked({ is_end_asked_by_reader: false }), at).mayConfirm, true);
  assert.deepEqual(askedEnd(asked({ end_alone_at: null }), at + 600_000), {
    by: "Ada",
    mayConfirm: false,
    aloneAt: null,
  });
});

test("an alert may be taken back by its author until the given instant", () => {
  assert.ok(mayTakeBack({ may_take_back_until: "2026-11-24T10:00:00Z" }, Date.parse("2026-11-24T09:59:59Z")));
  assert.ok(
    !mayTakeBack({ may_take_back_until: "2026-11-24T10:00:00Z" }, Date.parse("2026-11-24T10:00:00Z")),
  );
  assert.ok(!mayTakeBack({ may_take_back_until: null }, 0));
});

test("only a message of one's own has words, only a stated time makes an alert expire", () => {
  const form = {
    kind: "medical",
    halls: ["laon"],
    isDrill: true,
    texts: { fr: { title: "x", text: "y" } },
    lasts: "900",
  };
  assert.deepEqual(bodyOf(form, "p"), {
    halls: ["laon"],
    kind: "medical",
    press_id: "p",
    drill: true,
    expires_after_s: 900,
  });
  assert.deepEqual(bodyOf({ ...form, kind: "custom", lasts: "" }, "p").texts, {
    fr: { title: "x", text: "y" },
  });
});

test("a message is in French alone or with at least two translations, each with its message", () => {
  const words = (title, text = "") => ({ title, text });
  const fr = words("Fuite");
  const wrong = (texts) => wrongWith(typedTexts(texts), (code) => code.toUpperCase());
  assert.equal(wrong({ fr, en: words(""), ar: words("") }), null);
  assert.deepEqual(wrong({ fr, en: words("Leak"), ar: words("") }), ["alerts.raise.one_translation", {}]);
  assert.deepEqual(wrong({ fr, en: words("Leak"), ar: words("", "ابقوا") }), [
    "alerts.raise.title_missing",
    { language: "AR" },
  ]);
  assert.equal(wrong({ fr, en: words("Leak"), ar: words("تسرب") }), null);
});
