// What the kiosk shows: every walk through it, and a thousand random ones.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  GUARD_MS,
  initialState,
  isAtRest,
  isWarning,
  MENU_HELD_MS,
  QUIET_MS,
  reduce,
  secondsLeft,
  shownServices,
  WARNING_MS,
} from "../../../kiosk/static/kiosk_state.js";
import {
  CODE_GONE_MS,
  otherPrinterOf,
  printOf,
  QUIET_TICKET_MS,
  serviceOfTicket,
} from "../../../kiosk/static/ticket_state.js";
import { focusReadingOf, isToBeRead, readingOf } from "../../../kiosk/static/reading_state.js";
import { serviceById } from "../../../kiosk/static/appointment_state.js";
import { service } from "./menu_services.mjs";

const MENU = {
  language: "fr",
  priority_notice: true,
  is_open: true,
  services: [
    service("accueil"),
    service("sejour", { bring: ["Photos"] }),
    service("armes", { state: "closed" }),
    service("natu", { state: "appointment_only" }),
    service("etr", { children: [service("recep"), service("doc", { state: "no_counter" })] }),
  ],
};
const PLAIN_MENU = { ...MENU, priority_notice: false };

// Plays actions one second apart, so that no guard and no timer is in the way.
function walk(actions, { menu = MENU, from = initialState("fr") } = {}) {
  let at = 0;
  return [{ type: "menu_loaded", menu }, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    from,
  );
}
// Nobody has touched for ten seconds.
const untouched = (state) => reduce(state, { type: "tick", at: state.touchedAt + MENU_HELD_MS });
const choose = (id, pressId = "p1") => ({ type: "choose_service", service: id, pressId });
const take = (priority = false, pressId = "p2") => ({ type: "take", priority, pressId });
const issued = (pressId, print = null) => ({
  type: "press_issued",
  pressId,
  tickets: [
    {
      visit: "v1",
      number: "A042",
      service: "accueil",
      service_names: { fr: "Accueil", en: "Reception" },
      print,
    },
  ],
});

test("each view is read by names only, and a view without words is not", () => {
  assert.deepEqual(readingOf(walk([]), ["accueil", "sejour"]), {
    lang: "fr",
    view: "start",
    shown: "accueil,sejour",
  });
  assert.deepEqual(readingOf(walk([choose("etr")]), ["recep"]), {
    lang: "fr",
    view: "start",
    service: "etr",
    shown: "recep",
  });
  assert.deepEqual(readingOf(walk([choose("sejour")]), []), { lang: "fr", view: "sheet", service: "sejour" });
  assert.deepEqual(readingOf(walk([choose("armes")]), []), {
    lang: "fr",
    view: "notice",
    service: "armes",
    reason: "closed",
  });
  assert.deepEqual(
    readingOf(walk([{ type: "choose_language", language: "en" }, { type: "show_languages" }]), []),
    { lang: "en", view: "languages" },
  );
  const ticket = walk([
    choose("accueil"),
    take(true),
    issued("p2", { verdict: null }),
    { type: "print_verdict", visit: "v1", verdict: "held" },
  ]);
  assert.deepEqual(readingOf(ticket, []), {
    lang: "fr",
    view: "ticket",
    visit: "v1",
    paper: "no_paper",
    is_priority: true,
    has_code: false,
  });
  const needs = walk([choose("accueil"), { type: "show_needs" }, { type: "toggle_need", need: "slow" }]);
  assert.deepEqual(readingOf(needs, []), { lang: "fr", view: "needs", needs: "slow" });
  assert.equal(readingOf(initialState("fr"), []), null);
  assert.equal(readingOf(walk([choose("accueil"), take()]), []), null);
});

test("the kiosk starts with the choice of a service", () => {
  const state = walk([]);
  assert.equal(state.view, "start");
  assert.deepEqual(
    shownServices(state).map((each) => each.id),
    ["accueil", "sejour", "armes", "natu", "etr"],
  );
});

test("a service asks for priority without a reason, then takes one ticket", () => {
  const sheet = walk([choose("accueil")]);
  assert.equal(sheet.view, "sheet");
  const taking = walk([choose("accueil"), take(true)]);
  assert.equal(taking.view, "taking");
  assert.deepEqual(taking.press.body, { service: "accueil", press_id: "p2", language: "fr", priority: true });
});

test("a ticket has the name of its service though the kiosk does not offer it, in the language that is read", () => {
  const others = { ...MENU, services: [service("sejour")] };
  const given = walk([choose("accueil"), take(), { type: "menu_loaded", menu: others }, issued("p2")]);
  assert.deepEqual([given.view, given.ticket.number, serviceOfTicket(given)], ["ticket", "A042", "Accueil"]);
  assert.equal(serviceOfTicket({ ...given, language: "en" }), "Reception");
  assert.equal(serviceOfTicket({ ...given, language: "es" }), "Accueil");
  assert.equal(walk([choose("accueil"), { type: "menu_loaded", menu: others }]).view, "start");
  assert.equal(untouched(walk([choose("etr"), { type: "menu_loaded", menu: others }])).folder, null);
});

test("without a question on priority and papers to bring, one press takes the ticket", () => {
  assert.equal(walk([choose("accueil")], { menu: PLAIN_MENU }).view, "taking");
  assert.equal(walk([choose("sejour")], { menu: PLAIN_MENU }).view, "sheet");
  assert.equal(
    walk([choose("etr"), choose("doc")], { menu: PLAIN_MENU }).view,
    "sheet",
    "no counter is open: the sheet says so first",
  );
});

test("a folder opens in place and leads back", () => {
  const folder = walk([choose("etr")]);
  assert.deepEqual([folder.view, folder.folder, shownServices(folder).length], ["start", "etr", 2]);
  assert.equal(walk([choose("etr"), choose("recep"), { type: "back" }]).folder, "etr");
  assert.equal(walk([choose("etr"), { type: "back" }]).folder, null);
});

test("a second tap of a double press takes nothing on the next view", () => {
  const sheet = walk([choose("accueil")]);
  const tapped = reduce(sheet, { ...take(), at: sheet.shownAt + GUARD_MS - 1 });
  assert.equal(tapped.view, "sheet");
  assert.equal(reduce(sheet, { ...take(), at: sheet.shownAt + GUARD_MS }).view, "taking");
});

test("pressing ten times keeps one press", () => {
  const presses = Array.from({ length: 10 }, (_, index) => take(false, `p${index}`));
  assert.equal(walk([choose("accueil"), ...presses]).press.id, "p0");
});

test("a closed service is requested once, so that the demand is counted, and shows its reason at once", () => {
  const state = walk([choose("armes")]);
  assert.deepEqual([state.view, state.notice, state.press.body.service], ["notice", "closed", "armes"]);
  assert.equal(reduce(state, { type: "press_away", pressId: "p1", at: 9_000 }).view, "notice");
  const answered = reduce(state, { type: "press_refused", pressId: "p1", code: "too_late", at: 9_000 });
  assert.deepEqual([answered.view, answered.notice, answered.press], ["notice", "too_late", null]);
});

test("a service that has just opened gives its ticket", () => {
  assert.equal(walk([choose("armes"), issued("p1")]).view, "ticket");
});

test("a refusal the kiosk does not know sends to the reception desk", () => {
  const refused = { type: "press_refused", pressId: "p2", code: "numbers_exhausted" };
  assert.equal(walk([choose("accueil"), take(), refused]).notice, "other");
});

test("the number is shown whichever view the kiosk waited in", () => {
  for (const before of [[], [{ type: "press_slow", pressId: "p2" }]]) {
    const state = walk([choose("accueil"), take(), ...before, issued("p2")]);
    assert.deepEqual([state.view, state.ticket.number, state.press], ["ticket", "A042", null]);
  }
});

test("an absent server is reported while the kiosk still tries, then the visitor may repeat the same press", () => {
  const slow = walk([choose("accueil"), take(), { type: "press_slow", pressId: "p2" }]);
  assert.deepEqual([slow.view, slow.isTrying], ["away", true]);
  assert.equal(secondsLeft(slow, 1e9), null, "the kiosk does not leave a press behind");
  const over = reduce(slow, { type: "press_away", pressId: "p2", at: 30_000 });
  assert.deepEqual([over.view, over.isTrying], ["away", false]);
  const again = reduce(over, { type: "retry", at: 40_000 });
  assert.deepEqual([again.view, again.press.id, again.press.attempt], ["taking", "p2", 2]);
});

test("the answer to an abandoned press shows no ticket", () => {
  const home = walk([choose("armes"), { type: "home" }]);
  assert.equal(reduce(home, { ...issued("p1"), at: 20_000 }).view, "start");
});

test("without a menu the kiosk says so and starts when the menu arrives", () => {
  const away = reduce(initialState("fr"), { type: "menu_missing", at: 10 });
  assert.equal(away.view, "away");
  assert.equal(secondsLeft(away, 1e9), null);
  assert.equal(reduce(away, { type: "menu_loaded", menu: MENU, at: 20 }).view, "start");
});

test("a failed refresh of the menu shows nothing to the visitor", () => {
  assert.equal(walk([{ type: "menu_missing" }]).view, "start");
});

test("a kiosk that is not paired says so until it is", () => {
  const unpaired = walk([choose("accueil"), { type: "unpaired" }]);
  assert.deepEqual([unpaired.view, unpaired.menu], ["unpaired", null]);
  assert.equal(reduce(unpaired, { type: "menu_loaded", menu: MENU, at: 9_000 }).view, "start");
});

test("a new menu keeps the visitor where they are, unless their service is gone", () => {
  assert.equal(walk([choose("sejour"), { type: "menu_loaded", menu: MENU }]).view, "sheet");
  const without = { ...MENU, services: MENU.services.slice(0, 1) };
  assert.equal(walk([choose("sejour"), { type: "menu_loaded", menu: without }]).view, "start");
  assert.equal(untouched(walk([choose("etr"), { type: "menu_loaded", menu: without }])).folder, null);
});

test("a menu that arrives in a language one has left is not shown", () => {
  const english = walk([{ type: "choose_language", language: "en" }]);
  assert.equal(
    reduce(english, { type: "menu_loaded", menu: { ...MENU, services: [] }, at: 9_000 }).menu.services.length,
    5,
  );
});

test("the ticket is requested in the shown language", () => {
  assert.equal(
    walk([{ type: "choose_language", language: "en" }, choose("accueil"), take()]).press.body.language,
    "en",
  );
});

for (const [print, verdict, shown] of [
  [null, undefined, "none"],
  [{ verdict: null }, undefined, "pending"],
  [{ verdict: "printed" }, undefined, "printed"],
  [{ verdict: null }, "printed", "printed"],
  [{ verdict: null }, "held", "no_paper"],
  [{ verdict: null }, "refused", "no_paper"],
  [{ verdict: null }, "unknown", "unknown"],
]) {
  test(`a print job ${JSON.stringify(print)} with the verdict ${verdict} shows ${shown}`, () => {
    const told = verdict ? [{ type: "print_verdict", visit: "v1", verdict }] : [];
    assert.equal(printOf(walk([choose("accueil"), take(), issued("p2", print), ...told])), shown);
    assert.equal(
      printOf(walk([choose("accueil"), take(), ...told, issued("p2", print)])),
      shown,
      "the verdict may come first",
    );
  });
}

for (const [verdict, shown] of [
  [null, "elsewhere"],
  ["printed", "elsewhere"],
  ["refused", "no_paper"],
  ["unknown", "unknown"],
]) {
  test(`a ticket at the backup printer with the verdict ${verdict} shows ${shown}`, () => {
    const told = [
      { type: "print_verdict", visit: "v1", verdict: "refused" },
      { type: "print_verdict", visit: "v1", verdict: null, otherPrinter: "Accueil" },
      { type: "print_verdict", visit: "v1", verdict, otherPrinter: "Accueil" },
    ];
    const state = walk([choose("accueil"), take(), issued("p2", { verdict: null }), ...told]);
    assert.equal(printOf(state), shown);
    assert.equal(otherPrinterOf(state), "Accueil");
    const asked = issued("p2", { verdict, other_printer: "Accueil" });
    assert.equal(printOf(walk([choose("accueil"), take(), asked])), shown, "as the press answers");
  });
}

test("a verdict that never comes is unknown, and a late one still counts", () => {
  const late = walk([
    choose("accueil"),
    take(),
    issued("p2", { verdict: null }),
    { type: "print_late", visit: "v1" },
  ]);
  assert.equal(printOf(late), "unknown");
  assert.equal(
    printOf(reduce(late, { type: "print_verdict", visit: "v1", verdict: "printed", at: 9_000 })),
    "printed",
  );
});

test("the kiosk at rest never counts down", () => assert.equal(secondsLeft(walk([]), 1e9), null));

test("the kiosk returns by itself after a warning of twenty seconds", () => {
  const sheet = walk([choose("accueil")]);
  assert.equal(isWarning(sheet, sheet.activeAt + QUIET_MS - 1_000), false);
  assert.equal(isWarning(sheet, sheet.activeAt + QUIET_MS), true);
  assert.equal(secondsLeft(sheet, sheet.activeAt + QUIET_MS), 20);
  const at = sheet.activeAt + QUIET_MS + WARNING_MS;
  assert.equal(reduce(sheet, { type: "tick", at: at - 1 }).view, "sheet");
  assert.equal(reduce(sheet, { type: "tick", at }).view, "start");
});

test("a ticket stays long enough to be read and gives the place to the next visitor sooner", () => {
  const ticket = walk([choose("accueil"), take(), issued("p2", { verdict: null })]);
  assert.equal(
    reduce(ticket, { type: "tick", at: ticket.activeAt + QUIET_TICKET_MS + WARNING_MS - 1 }).view,
    "ticket",
  );
  assert.equal(
    reduce(ticket, { type: "tick", at: ticket.activeAt + QUIET_TICKET_MS + WARNING_MS }).view,
    "start",
  );
});

test("more time is at least another minute, a touch starts the time again", () => {
  const sheet = walk([choose("accueil")]);
  const warned = sheet.activeAt + QUIET_MS + 5_000;
  const longer = reduce(sheet, { type: "more_time", at: warned });
  assert.equal(isWarning(longer, warned), false);
  assert.equal(isWarning(longer, warned + 59_000), false);
  assert.equal(
    secondsLeft(reduce(sheet, { type: "active", at: warned }), warned),
    (QUIET_MS + WARNING_MS) / 1000,
  );
});

test("looking for another language does not lose the number", () => {
  const looking = walk([choose("accueil"), take(), issued("p2"), { type: "show_languages" }]);
  assert.equal(looking.view, "languages");
  assert.equal(reduce(looking, { type: "back", at: 20_000 }).view, "ticket");
  const chosen = reduce(looking, { type: "choose_language", language: "en", at: 20_000 });
  assert.deepEqual([chosen.view, chosen.language], ["ticket", "en"]);
});

test("returning to the start gives back language and reading comfort", () => {
  const changed = walk([
    { type: "choose_language", language: "en" },
    { type: "toggle", preference: "large" },
  ]);
  assert.deepEqual(changed.preferences, { large: true, contrast: false });
  const home = reduce(changed, { type: "tick", at: 1e9 });
  assert.deepEqual([home.language, home.preferences], ["fr", { large: false, contrast: false }]);
});

test("any thousand walks: one press at a time, no view without its content, always a way back", () => {
  let seed = 20261124;
  const random = (below) => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const any = (list) => list[random(list.length)];
  for (let run = 0; run < 1_000; run += 1) {
    let state = initialState("fr");
    let at = 0;
    for (let step = 0; step < 40; step += 1) {
      at += any([1, 200, 500, 3_000, 30_000]);
      const pressId = `${run}-${step}`;
      const answered = state.press?.id ?? "none";
      const action = any([
        { type: "menu_loaded", menu: any([MENU, PLAIN_MENU, { ...MENU, services: [] }]) },
        choose(any(["accueil", "sejour", "armes", "etr", "doc"]), pressId),
        take(random(2) === 1, pressId),
        issued(answered),
        { type: "press_refused", pressId: answered, code: any(["full", "odd"]) },
        { type: "press_slow", pressId: answered },
        { type: "press_away", pressId: answered },
        { type: "retry" },
        { type: "home" },
        { type: "back" },
        { type: "tick" },
        { type: "choose_language", language: any(["fr", "en"]) },
        { type: "show_languages" },
        { type: "toggle", preference: "large" },
        { type: "turn_page", by: any([1, -1]) },
        { type: "menu_missing" },
        { type: "guide" },
        { type: "introduced" },
        { type: "answer_escort", isFetched: random(2) === 1 },
        { type: "more_time" },
        { type: "active" },
      ]);
      const before = state;
      state = reduce(state, { at, ...action });
      if (state.press && before.press && before.press.id !== state.press.id)
        assert.notEqual(before.view, "taking");
      if (state.view === "ticket") assert.ok(state.ticket.number);
      if (state.view === "taking") assert.ok(state.press);
      if (state.view === "escort") assert.ok(state.heldPress && !state.press);
      if (state.view === "notice") assert.ok(state.notice && state.service);
      if (state.view === "sheet") assert.ok(serviceById(state.menu, state.service));
      if (state.view === "start") assert.ok(state.menu);
      assert.ok(state.page >= 0);
    }
    if (!state.press && state.menu) assert.ok(isAtRest(reduce(state, { type: "tick", at: at + 1e7 })));
  }
});

test("needs are asked for after the service, are optional, and are sent with the ticket", () => {
  const asking = { ...MENU, asks_needs: true };
  const opened = [
    { type: "menu_loaded", menu: asking },
    { type: "choose_service", service: "accueil", pressId: "p1" },
  ].reduce((state, action, step) => reduce(state, { at: (step + 1) * 1000, ...action }), initialState("fr"));
  assert.equal(opened.view, "sheet");
  const noted = [
    { type: "show_needs" },
    { type: "toggle_need", need: "interpreter" },
    { type: "toggle_need", need: "deaf" },
    { type: "toggle_need", need: "interpreter" },
    { type: "toggle_need", need: "flu" },
    { type: "back" },
  ].reduce((state, action, step) => reduce(state, { at: 10_000 + step * 1000, ...action }), opened);
  assert.deepEqual([noted.view, noted.needs], ["sheet", ["deaf"]]);
  assert.deepEqual(
    reduce(noted, { type: "take", priority: false, pressId: "p2", at: 20_000 }).press.body.needs,
    ["deaf"],
  );
  assert.equal(
    "needs" in reduce(opened, { type: "take", priority: false, pressId: "p2", at: 20_000 }).press.body,
    false,
  );
  assert.deepEqual(reduce(noted, { type: "home", at: 20_000 }).needs, []);
});

test("« Écouter » stays on from view to view until the next visitor, and reads each again", () => {
  const listening = [{ type: "toggle_listening" }];
  const start = walk(listening);
  const sheet = walk([...listening, choose("sejour")]);
  assert.deepEqual([start.isListening, sheet.isListening, isToBeRead(sheet, start)], [true, true, true]);
  assert.equal(isToBeRead(sheet, sheet), false);
  assert.equal(
    isToBeRead(walk([...listening, choose("sejour"), { type: "toggle_listening" }]), sheet),
    false,
  );
  assert.equal(walk([...listening, choose("sejour"), { type: "home" }]).isListening, false);
  assert.ok(secondsLeft(start, 0) > 0, "a kiosk that reads does not rest");
});

test("a focused control is read by its key, only while « Écouter » is on", () => {
  assert.equal(focusReadingOf(walk([]), "service-accueil"), null);
  const folder = walk([{ type: "toggle_listening" }, choose("etr")]);
  assert.deepEqual(focusReadingOf(folder, "service-recep"), {
    lang: "fr",
    view: "start",
    service: "etr",
    focus: "service-recep",
  });
  const needs = walk([
    { type: "toggle_listening" },
    choose("accueil"),
    { type: "show_needs" },
    { type: "toggle_need", need: "slow" },
  ]);
  assert.deepEqual(focusReadingOf(needs, "need-slow"), {
    lang: "fr",
    view: "needs",
    service: "accueil",
    needs: "slow",
    focus: "need-slow",
  });
  assert.equal(focusReadingOf(walk([{ type: "toggle_listening" }, choose("accueil"), take()]), "home"), null);
});

test("a page of the menu does not change under a finger: it waits until nobody has touched for ten seconds", () => {
  const other = { ...MENU, services: MENU.services.slice(0, 2) };
  const touched = walk([{ type: "active" }, { type: "menu_loaded", menu: other }]);
  assert.equal(touched.menu.services.length, 5);
  assert.equal(
    reduce(touched, { type: "tick", at: touched.touchedAt + MENU_HELD_MS - 1 }).menu.services.length,
    5,
  );
  const due = untouched(touched);
  assert.deepEqual([due.menu.services.length, due.heldMenu], [2, null]);
  assert.equal(
    untouched(walk([{ type: "active" }, { type: "menu_loaded", menu: other }, choose("sejour")])).menu
      .services.length,
    2,
  );
  const english = walk([
    { type: "choose_language", language: "en" },
    { type: "menu_loaded", menu: { ...other, language: "en" } },
  ]);
  assert.equal(english.menu.services.length, 2, "another language is not waited for");
  assert.equal(walk([{ type: "menu_loaded", menu: other }]).menu.services.length, 2, "nobody is there");
});

test("twelve seconds after its paper the code leaves, the number stays, and a touch outside the buttons starts again", () => {
  const taken = walk([choose("accueil"), take(), issued("p2", { verdict: null })]);
  const later = (state, more) => reduce(state, { type: "tick", at: state.activeAt + more });
  assert.equal(later(taken, CODE_GONE_MS + 1).isCodeGone, false, "nothing was printed: the code is needed");
  const printed = reduce(taken, {
    type: "print_verdict",
    visit: "v1",
    verdict: "printed",
    at: taken.activeAt + 1_000,
  });
  assert.equal(later(printed, CODE_GONE_MS).isCodeGone, false);
  assert.equal(reduce(printed, { type: "touch_view", at: printed.activeAt + 5_000 }).view, "ticket");
  const gone = later(printed, CODE_GONE_MS + 1_000);
  assert.deepEqual([gone.isCodeGone, gone.view, gone.ticket.number], [true, "ticket", "A042"]);
  assert.equal(readingOf(gone, []).has_code, false);
  assert.equal(reduce(gone, { type: "touch_view", at: gone.activeAt + 20_000 }).view, "start");
  assert.equal(secondsLeft(gone, gone.activeAt), 80);
  const other = reduce(taken, {
    type: "print_verdict",
    visit: "v9",
    verdict: "printed",
    at: taken.activeAt + 1_000,
  });
  assert.equal(later(other, CODE_GONE_MS + 2_000).isCodeGone, false);
});
