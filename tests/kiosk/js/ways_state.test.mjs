// Where the kiosk gives no ticket but says how, and further tickets from the last view.

import assert from "node:assert/strict";
import { test } from "node:test";

import { initialState, reduce, secondsLeft } from "../../../kiosk/static/kiosk_state.js";
import { sendThrice } from "../../../kiosk/static/press.js";
import { focusReadingOf, readingOf } from "../../../kiosk/static/reading_state.js";
import { papersOf, printOf, ticketsOf } from "../../../kiosk/static/ticket_state.js";
import {
  MOST_TOGETHER,
  mayJoin,
  peopleToChoose,
  insteadOf,
  namesElsewhere,
  NOT_HERE,
  offersNotHere,
  shownReferrals,
} from "../../../kiosk/static/together_state.js";
import { serviceLines, speaker } from "../../../kiosk/static/words.js";
import { service } from "./menu_services.mjs";

const elsewhere = { service: "Logement", hall: "Saint-Quentin", address: "1 rue", state: "open", wait: null };
const referral = (id, changes = {}) => ({
  id,
  name: id,
  parent: null,
  bring: [],
  elsewhere: null,
  ...changes,
});
const MENU = {
  language: "fr",
  priority_notice: false,
  is_open: true,
  appointments: true,
  services: [
    service("accueil"),
    service("permis", {
      state: "full",
      instead: { service: "accueil", web_address: "https://p.example", elsewhere },
    }),
    service("armes", { state: "too_late", instead: { service: "clos", web_address: null, elsewhere: null } }),
    service("clos", { state: "full" }),
    service("etr", { children: [service("recep")] }),
  ],
  referrals: [
    referral("passeport"),
    referral("logement", { elsewhere }),
    referral("visa", { parent: "etr", elsewhere }),
  ],
};

function walk(actions, from = initialState("fr")) {
  let at = 0;
  return [{ type: "menu_loaded", menu: MENU }, ...actions].reduce(
    (state, action) => reduce(state, { at: (at += 1_000), ...action }),
    from,
  );
}
const next = (state, type, more = {}) => reduce(state, { type, at: state.shownAt + 1_000, ...more });
const open = (id, pressId = "r1") => ({ type: "choose_referral", referral: id, pressId });
const choose = (id, pressId = "p1") => ({ type: "choose_service", service: id, pressId });
const given = (visit, more = {}) => ({
  ...{ visit, number: visit, service: "accueil", service_names: { fr: "Accueil" }, print: null },
  ...more,
});
const issued = (state, ...visits) =>
  next(state, "press_issued", {
    pressId: state.press.id,
    tickets: visits.map((each) => (typeof each === "string" ? given(each) : each)),
  });

test("a referral stands at the start, in its folder, or under « Pas ici ? » where another site does it", () => {
  const start = walk([]);
  const ids = (state) => shownReferrals(state).map(({ id }) => id);
  assert.deepEqual(ids(start), ["passeport"]);
  assert.equal(offersNotHere(start), true);
  assert.deepEqual(ids(walk([choose("etr")])), ["visa"]);
  const away = walk([{ type: "show_not_here" }]);
  assert.deepEqual([away.folder, ...ids(away)], [NOT_HERE, "logement"]);
  assert.equal(offersNotHere(away), false);
  const without = reduce(away, { type: "menu_loaded", at: 60_000, menu: { ...MENU, referrals: [] } });
  assert.deepEqual([without.folder, without.view], [null, "start"]);
});

test("an opened referral is counted once by the id of its press, and gives no ticket", () => {
  const state = walk([{ type: "show_not_here" }, open("logement")]);
  assert.deepEqual(
    [state.view, state.referral, state.informed, state.press],
    ["referral", "logement", "r1", null],
  );
  assert.equal(namesElsewhere(state), true);
  assert.equal(
    reduce(state, { ...open("logement", "r2"), at: state.shownAt }),
    state,
    "a second tap is guarded",
  );
  assert.deepEqual(readingOf(state, []), { lang: "fr", view: "referral", service: "logement" });
  const back = next(state, "back");
  assert.deepEqual([back.view, back.folder], ["start", NOT_HERE]);
  assert.equal(next(back, "back").folder, null);
});

test("a count is sent until an answer comes, three times at most", async () => {
  let sent = 0;
  const sleep = async () => {};
  const failing = () => {
    sent += 1;
    return sent === 1 ? Promise.reject(new Error()) : Promise.resolve({ status: 503 });
  };
  await sendThrice(failing, sleep);
  assert.equal(sent, 3);
  await sendThrice(() => Promise.resolve({ status: (sent += 1) && 201 }), sleep);
  assert.equal(sent, 4);
});

test("a full service says so on its button and, pressed, what helps instead; the demand is pressed once", () => {
  const say = speaker(
    {
      fr: {
        "kiosk.service.full": "complet",
        "kiosk.service.stopped": "plus de ticket",
        "kiosk.service.instead": "autres possibilités",
      },
    },
    "fr",
  );
  assert.deepEqual(serviceLines(MENU.services[1], say), {
    small: "autres possibilités",
    strong: "",
    caption: "complet",
  });
  const stopped = service("cartes", { state: "stopped", why_stopped: "Panne informatique" });
  assert.equal(serviceLines(stopped, say).small, "Panne informatique");
  const folder = service("titres", { state: "full", children: [service("depot")] });
  assert.equal(serviceLines(folder, say).caption, "complet");
  const state = walk([choose("permis")]);
  assert.deepEqual([state.view, state.notice, state.press.body.service], ["notice", "full", "permis"]);
  assert.deepEqual(
    [insteadOf(state).service.id, insteadOf(state).web_address],
    ["accueil", "https://p.example"],
  );
  const other = next(state, "choose_instead", { service: "accueil", pressId: "p2" });
  assert.deepEqual([other.view, other.press.body.service, other.press.id], ["taking", "accueil", "p2"]);
  assert.equal(insteadOf(walk([choose("armes")])), null, "another service without tickets is no help");
  assert.equal(next(state, "choose_instead", { service: "clos", pressId: "p3" }), state);
});

const withTicket = () => issued(walk([choose("accueil", "root-press")]), "v1");

test("one more service gives a linked ticket, the same one however often it is pressed", () => {
  const menu = next(withTicket(), "add_service");
  assert.deepEqual([menu.view, menu.ticket.visit], ["start", "v1"]);
  assert.notEqual(
    secondsLeft(menu, menu.activeAt),
    null,
    "a number in hand does not stay for whoever comes next",
  );
  assert.equal(next(menu, "back").view, "ticket");
  const taking = next(menu, "choose_service", { service: "accueil", pressId: "any" });
  const again = next(next(menu, "back"), "add_service");
  const twice = next(again, "choose_service", { service: "accueil", pressId: "other" });
  assert.equal(taking.press.id, twice.press.id, "the id follows from the first press and the service");
  assert.match(taking.press.id, /^root-press\.[a-z0-9]{1,7}$/);
  assert.deepEqual([taking.press.body.linked_to, taking.press.body.press_id], ["v1", taking.press.id]);
  const both = issued(taking, "v2");
  assert.deepEqual(
    ticketsOf(both).map(({ visit }) => visit),
    ["v1", "v2"],
  );
  assert.deepEqual(ticketsOf(issued({ ...both, view: "taking", press: taking.press }, "v2")).length, 2);
  const same = next(next(both, "add_service"), "choose_service", { service: "accueil", pressId: "third" });
  assert.deepEqual([same.view, same.press, ticketsOf(same).length], ["ticket", null, 2]);
  assert.equal(next(both, "home").ticket, null);
});

test("who leaves the last view by Escape takes the numbers along", () => {
  const two = issued(next(next(withTicket(), "show_together"), "choose_people", { people: 2 }), "v2");
  const taking = next(next(two, "back"), "choose_service", { service: "accueil", pressId: "next-visitor" });
  assert.deepEqual(
    ticketsOf(issued(taking, "v3")).map(({ visit }) => visit),
    ["v3"],
  );
});

test("a ticket that is refused or lost on the way leaves the number in hand", () => {
  const menu = next(withTicket(), "add_service");
  const full = next(menu, "choose_service", { service: "permis", pressId: "x" });
  assert.deepEqual([full.view, full.press.body.linked_to], ["notice", "v1"]);
  const home = next(full, "home");
  assert.deepEqual([home.view, home.ticket.visit, home.press], ["ticket", "v1", null]);
  const lost = next(next(menu, "choose_service", { service: "accueil", pressId: "x" }), "press_away", {
    pressId: ticketsOf(menu)[0].press.press_id,
  });
  assert.equal(lost.view, "taking", "an answer to another press changes nothing");
});

test("people who came along get one ticket each in one request, and no more by a double press", () => {
  const asked = next(withTicket(), "show_together");
  assert.deepEqual([asked.view, ...peopleToChoose(asked)], ["together", 2, 3, 4, 5, 6]);
  assert.deepEqual(readingOf(asked, []), { lang: "fr", view: "together", shown: "2,3,4,5,6" });
  assert.equal(next(asked, "choose_people", { people: 7 }), asked);
  let state = next(asked, "choose_people", { people: 3 });
  assert.equal(reduce(state, { type: "choose_people", people: 4, at: state.shownAt }), state);
  const { press_id: id, priority, linked_to: to, people } = state.press.body;
  assert.deepEqual([state.view, id, priority, to, people], ["taking", "root-press.p2", false, "v1", 2]);
  state = issued(state, given("v2", { print: { verdict: "held" } }), "v3");
  assert.deepEqual([state.view, state.press, ticketsOf(state).length], ["ticket", null, 3]);
  assert.equal(mayJoin(state, { isPeople: true }), false, "they were counted already");
  assert.equal(mayJoin(state), true);
  assert.equal(printOf(state), "no_paper", "the worst of three papers");
});

test("where a printer prints, three people choose between one paper for all and one each", () => {
  const first = given("v1", { print: { job: "j1", verdict: "printed" } });
  const asked = next(issued(walk([choose("accueil", "root-press")]), first), "show_together");
  assert.equal(next(asked, "choose_people", { people: 2 }).view, "taking");
  const three = next(asked, "choose_people", { people: 3 });
  assert.deepEqual([three.view, three.press], ["together", null]);
  assert.deepEqual(readingOf(three, []), { lang: "fr", view: "together", shown: "" });
  const early = { type: "choose_paper", isOne: true, at: three.shownAt };
  assert.equal(reduce(three, early), three, "a double press chooses nothing");
  assert.deepEqual([next(three, "back").view, next(three, "back").party.people], ["ticket", 0]);
  assert.equal(next(three, "choose_paper", { isOne: false }).press.body.one_paper, undefined);
  const taking = next(three, "choose_paper", { isOne: true });
  assert.deepEqual([taking.press.body.one_paper, taking.press.body.people], [true, 2]);
  const print = { job: "j2", verdict: null };
  let state = issued(taking, given("v2", { print }), given("v3", { print }));
  assert.deepEqual([papersOf(state), printOf(state), state.ticket.visit], [2, "pending", "v2"]);
  state = next(state, "print_verdict", { visit: "v2", verdict: "printed" });
  assert.equal(printOf(state), "printed", "the verdict of the first is that of all on its paper");
});

test("when there are too few tickets for all, the one in hand stays, it is said, and fewer may be chosen", () => {
  const asked = next(withTicket(), "show_together");
  const state = next(asked, "choose_people", { people: 4 });
  const full = next(state, "press_refused", { pressId: state.press.id, code: "full" });
  assert.deepEqual(
    [full.view, full.party.refused, full.press, ticketsOf(full).length],
    ["ticket", "full", null, 1],
  );
  assert.equal(mayJoin(full, { isPeople: true }), true);
  const fewer = next(next(full, "show_together"), "choose_people", { people: 2 });
  assert.deepEqual([fewer.press.body.people, fewer.party.refused], [1, null]);
});

test("whatever is pressed, no visitor links more than six tickets, and no press has two ids", () => {
  let seed = 7;
  const random = (most) => (seed = (seed * 48_271) % 2_147_483_647) % most;
  const acts = [
    () => ["add_service"],
    () => ["show_together"],
    () => ["choose_people", { people: 2 + random(6) }],
    () => [
      "choose_service",
      { service: ["accueil", "permis", "armes"][random(3)], pressId: `p${random(1e6)}` },
    ],
    () => ["home"],
    () => ["back"],
    (state) => ["press_issued", { pressId: state.press?.id, tickets: ticketsGiven(state) }],
    (state) => ["press_refused", { pressId: state.press?.id, code: "full" }],
  ];
  const visits = new Map();
  const ticketsGiven = ({ press }) => {
    if (!press) return [];
    const { service, people = 1 } = press.body;
    if (!visits.has(press.id))
      visits.set(
        press.id,
        Array.from({ length: people }, (_, place) => `${press.id} ${place}`),
      );
    const before = visits.get(press.id).slice(0, people); // as the server answers a press of before
    return before.map((visit) => given(visit, { service }));
  };
  let state = walk([]);
  for (let step = 0; step < 4_000; step += 1) {
    const [type, more] = acts[random(acts.length)](state);
    if (type.startsWith("press_") && !state.press) continue;
    state = next(state, type, more);
    const tickets = ticketsOf(state);
    assert.ok(tickets.length <= MOST_TOGETHER);
    assert.equal(new Set(tickets.map(({ visit }) => visit)).size, tickets.length);
    if (state.press) assert.equal(state.press.id, state.press.body.press_id);
    if (state.press?.body.linked_to) assert.equal(state.press.body.linked_to, tickets[0].visit);
    if (state.view === "ticket") assert.ok(state.ticket);
  }
});

test("the controls of these views are read by their keys", () => {
  const asked = next({ ...withTicket(), isListening: true }, "show_together");
  assert.equal(focusReadingOf(asked, "people-3").focus, "people-3");
});
