import assert from "node:assert/strict";
import { test } from "node:test";
import * as cards from "../../signage/static/cards_state.js";
import * as screen from "../../signage/static/screen_state.js";

const START = Date.parse("2026-11-24T09:42:00Z");
const iso = (at) => new Date(at).toISOString();
const call = (number, { at = START, rank = 1, counter = "3", direction = {} } = {}) => ({
  call: `call-${number}`,
  number,
  counter: { id: counter, label: `guichet ${counter}`, direction },
  called_at: iso(at),
  rank,
});
const former = (number, at = START) => ({
  number,
  counter: { id: "3", label: "guichet 3" },
  called_at: iso(at),
});

let counted = 0;
function board(calls, { recent = [], version, epoch = "e1", at = START, ...extra } = {}) {
  counted += 1;
  return {
    hall: "laon",
    epoch,
    version: version ?? counted,
    as_of: iso(at),
    calls,
    recent,
    programme_revision: 1,
    ...extra,
  };
}
const live = (now = START) =>
  screen.receiveBoard(screen.connected(screen.initialState(), now), board([], { queues: [] }), now);
const rowsOf = (state) => state.cards.map(({ number, isLarge }) => [number, isLarge]);
const withBoard = (state, calls, at) =>
  cards.arrange(screen.receiveBoard(state, board(calls, { at }), at), at);
const fetched = screen.fetchDone;

/** A live screen that shows a call at START. */
function showing(...calls) {
  return cards.arrange(screen.receiveBoard(live(), board(calls), START), START);
}

test("the newest call is first and large, and the former one stays below it, small", () => {
  let state = showing(call("A042"));
  assert.equal(screen.viewOf(state, START).view, "calls");
  assert.deepEqual(rowsOf(state), [["A042", true]]);
  state = withBoard(state, [call("A043", { at: START + 1_000 }), call("A042")], START + 1_000);
  assert.deepEqual(rowsOf(state), [
    ["A043", true],
    ["A042", false],
  ]);
  state = withBoard(state, [call("A042")], START + 5_000);
  assert.deepEqual(rowsOf(state), [["A042", false]], "the newest has arrived: no row grows");
});

test("who has arrived, and a call that was taken back, leaves at once", () => {
  for (const recent of [[former("A042")], []]) {
    const shown = showing(call("A042"));
    const state = screen.receiveBoard(shown, board([], { recent, at: START + 500 }), START + 500);
    assert.deepEqual(rowsOf(cards.arrange(state, START + 500)), []);
  }
});

test("a number is never at two counters: the newer call of a visitor takes the place of the former", () => {
  const sentOn = { ...call("A042", { at: START + 4_000, counter: "1" }), call: "call-A042-next" };
  const state = withBoard(showing(call("A042")), [sentOn, call("A042")], START + 4_000);
  assert.deepEqual(
    state.cards.map((card) => card.counter.label),
    ["guichet 1"],
  );
});

test("a call holds ten seconds, and until its announcement has ended or would have", () => {
  const state = showing(call("A042"));
  const isHeld = (given, at) => cards.isHeld(given, given.cards[0], at);
  assert.equal(isHeld(state, START + cards.HOLD_MS - 1), true);
  assert.equal(isHeld(state, START + cards.HOLD_MS), false);
  const speaking = screen.soundChanged(state, "call-A042#1", "speaking", START + 8_000);
  assert.equal(isHeld(speaking, START + 15_000), true);
  assert.equal(isHeld(speaking, START + 8_000 + cards.LONGEST_SOUND_MS), false);
  assert.equal(isHeld(screen.soundChanged(speaking, "call-A042#1", "ended", START), START + 15_000), false);
});

test("a recall is first and large again with its rank, and holds again", () => {
  const later = START + 60_000;
  const second = call("A043", { at: START + 30_000 });
  let state = withBoard(showing(call("A042")), [second, call("A042")], START + 30_000);
  state = withBoard(state, [call("A042", { rank: 2, at: later }), second], later);
  assert.deepEqual(rowsOf(state), [
    ["A042", true],
    ["A043", false],
  ]);
  const [{ rank, isNew }] = state.cards;
  assert.deepEqual([rank, isNew, cards.isHeld(state, state.cards[0], later + 9_000)], [2, true, true]);
});

const nine = (isLarge = true) =>
  Array.from({ length: 9 }, (_, nth) => ({
    number: `A${nth}`,
    calledAt: START - nth,
    isLarge: isLarge && nth === 0,
  }));
const inTurn = (given, room, at) => cards.cardsInTurn(given, room, at).map(({ number }) => number);

test("six rows share a board; the rest take turns under the newest, the same on every screen", () => {
  assert.deepEqual(inTurn(nine().slice(0, 6), 6, START), ["A0", "A1", "A2", "A3", "A4", "A5"]);
  const first = ["A0", "A1", "A2", "A3", "A4", "A5"];
  assert.deepEqual(inTurn(nine(), 6, START), first);
  assert.deepEqual(inTurn(nine(), 9, START), first, "six at most");
  assert.deepEqual(inTurn(nine(), 6, START + cards.TURN_MS - 1), first, "the newest calls stay ten seconds");
  assert.deepEqual(inTurn(nine(), 6, START + cards.TURN_MS), ["A0", "A6", "A7", "A8"]);
  assert.deepEqual(inTurn(nine(), 6, START + 2 * cards.TURN_MS), first);
});

test("whatever has room, every call has its turn", () => {
  for (const isLarge of [true, false])
    for (let room = 1; room <= 7; room += 1) {
      const turns = Array.from({ length: 9 }, (_, nth) =>
        inTurn(nine(isLarge), room, START + nth * cards.TURN_MS),
      );
      assert.equal(new Set(turns.flat()).size, 9, `${room} rows`);
      assert.ok(turns.every((turn) => turn.length <= Math.max(room, isLarge ? 2 : 1)));
    }
});

test("calls found after a long absence are all there, only the most recent is large and none is new", () => {
  const calls = ["A5", "A4", "A3", "A2"].map((number, n) => call(number, { at: START - 60_000 - n * 1_000 }));
  const state = showing(...calls);
  assert.deepEqual(
    state.cards.map((card) => [card.number, card.isNew, card.isLarge]),
    [
      ["A5", false, true],
      ["A4", false, false],
      ["A3", false, false],
      ["A2", false, false],
    ],
  );
});

test("an announcement shows its call before the board's message, and once", () => {
  const later = START + 1_000;
  const message = { ...call("A042"), at: iso(later), text: { fr: "Numéro" }, audio: {} };
  let state = cards.arrange(screen.receiveAnnouncement(live(), message, later), later);
  assert.deepEqual(rowsOf(state), [["A042", true]]);
  state = screen.receiveBoard(state, board([call("A042", { at: later })], { at: later + 50 }), later + 50);
  state = cards.arrange(screen.receiveAnnouncement(state, message, later + 100), later + 100);
  assert.deepEqual(rowsOf(state), [["A042", true]]);
  assert.equal(state.cards[0].shownAt, later);
});

test("an announcement older than twenty seconds shows nothing", () => {
  const message = { ...call("A042"), at: iso(START), audio: {} };
  const state = screen.receiveAnnouncement(live(), message, START + screen.OLDEST_SOUND_MS + 1);
  assert.deepEqual(rowsOf(cards.arrange(state, START + screen.OLDEST_SOUND_MS + 1)), []);
});

test("a late message changes nothing, a new epoch replaces everything and asks again", () => {
  const shown = screen.receiveBoard(fetched(live()), board([call("A042")], { version: 500 }), START);
  assert.equal(screen.receiveBoard(shown, board([], { version: 499 }), START).board, shown.board);
  const restored = screen.receiveBoard(shown, board([], { version: 1, epoch: "e2" }), START);
  assert.equal(restored.board.epoch, "e2");
  assert.equal(restored.fetch, "epoch");
});

test("a direction left out of a message is remembered by counter", () => {
  const direction = { fr: "porte bleue" };
  let state = showing(call("A042", { direction }));
  state = screen.receiveBoard(state, board([call("A043", { at: START + 1 }), call("A042")]), START);
  state = cards.arrange(state, START);
  assert.deepEqual(
    screen.viewOf(state, START).cards.map((card) => card.counter.direction),
    [direction, direction],
  );
});

test("a heartbeat of the version shown asks nothing", () => {
  const state = fetched(live());
  const beat = { epoch: "e1", version: state.board.version, as_of: iso(START + 25_000) };
  assert.equal(screen.heartbeat(state, beat, START + 25_000).fetch, null);
});

test("a heartbeat of a higher version or another epoch asks once", () => {
  const state = fetched(live());
  const ahead = { epoch: "e1", version: state.board.version + 7, as_of: iso(START + 25_000) };
  const asked = screen.heartbeat(state, ahead, START + 25_000);
  assert.equal(asked.fetch, "version");
  assert.equal(screen.heartbeat(fetched(asked), ahead, START + 50_000).fetch, null);
  assert.equal(
    screen.heartbeat(state, { ...ahead, epoch: "e9", version: 1 }, START + 25_000).fetch,
    "version",
  );
});

test("queues of a higher version count as received, so that a quiet board reads nothing", () => {
  let state = fetched(live());
  const version = state.board.version + 3;
  state = screen.receiveQueues(state, { epoch: "e1", version, as_of: iso(START), queues: [] }, START);
  assert.equal(screen.heartbeat(state, { epoch: "e1", version, as_of: iso(START) }, START).fetch, null);
});

test("a connection asks, and is live only when the board has come", () => {
  const state = screen.connected(screen.initialState(), START);
  assert.equal(state.fetch, "connection");
  assert.equal(screen.isLive(state), false);
  assert.equal(screen.isLive(live()), true);
  assert.equal(screen.isLive(screen.disconnected(live())), false);
});

test("a board that came again unchanged after a reconnection is live", () => {
  const first = live();
  const again = screen.connected(screen.disconnected(first), START + 5_000);
  assert.equal(screen.isLive(screen.receiveBoard(again, first.board, START + 5_000)), true);
});

test("a programme of another revision is read, and once it has arrived no more", () => {
  const state = screen.receiveScreen(fetched(live()), { notices: [] });
  assert.equal(screen.receiveBoard(state, board([], { programme_revision: 2 }), START).fetch, "nudge");
  assert.equal(screen.receiveBoard(state, board([]), START).fetch, null);
});

test("a silent connection is noticed after two lost heartbeats", () => {
  assert.equal(screen.isSilent(live(), START + 60_000), false);
  assert.equal(screen.isSilent(live(), START + screen.SILENCE_MS + 1), true);
  assert.equal(screen.isSilent(screen.disconnected(live()), START + 10 * screen.SILENCE_MS), false);
});

test("a reload without a server shows the last calls and since when it is not live", () => {
  const saved = JSON.parse(JSON.stringify(screen.toSave(showing(call("A042")))));
  const state = cards.arrange(screen.restored(saved), START + 300_000);
  const view = screen.viewOf(state, START + 300_000);
  assert.deepEqual([view.view, view.isLive, view.notLiveSince], ["calls", false, START]);
  assert.deepEqual(
    view.cards.map((card) => [card.number, card.isNew]),
    [["A042", false]],
  );
  assert.deepEqual(view.queues, []);
});

test("a missing state or one of another form is ignored", () => {
  assert.deepEqual(screen.restored(null), screen.initialState());
  assert.deepEqual(screen.restored({ form: 99, board: 3 }), screen.initialState());
});

test("a board that is hours old shows no call", () => {
  const late = START + screen.FORGET_MS + 1;
  const view = screen.viewOf(screen.disconnected(showing(call("A042"))), late);
  assert.deepEqual([view.view, view.cards, view.recent], ["unknown", [], []]);
});

test("an empty board that is not live does not promise to show a call", () => {
  const state = screen.disconnected(live());
  assert.equal(screen.viewOf(state, START + 1_000).view, "empty");
  assert.equal(screen.viewOf(state, START + screen.HONEST_MS + 1).view, "unknown");
});

test("« nobody waits », « nobody is called » and « closed » are different states", () => {
  const waiting = [{ queue: "q", services: [], waiting: 2, wait: null }];
  const withScreen = (state, sent) => screen.receiveScreen(state, { is_open: true, ...sent });
  const view = (state, now = START) => screen.viewOf(state, now).view;
  assert.equal(view(screen.initialState()), "connecting");
  assert.equal(view(screen.refused(screen.initialState())), "refused");
  assert.equal(view(withScreen(live(), {})), "empty");
  assert.equal(view(screen.receiveBoard(live(), board([], { queues: waiting }), START)), "rest");
  assert.equal(view(screen.receiveBoard(live(), board([], { recent: [former("A1")] }), START)), "rest");
  assert.equal(view(withScreen(live(), { is_open: false })), "closed");
  const closing = withScreen(live(), { closes_at: iso(START + 1_000) });
  assert.deepEqual([view(closing), view(closing, START + 1_000)], ["empty", "closed"]);
  const opening = withScreen(live(), { is_open: false, next_opening_at: iso(START + 1_000) });
  assert.deepEqual([view(opening), view(opening, START + 1_000)], ["closed", "empty"]);
});

test("a hall open round the clock does not look closed at midnight", () => {
  const turn = iso(START + 1_000);
  const state = screen.receiveScreen(live(), { is_open: true, closes_at: turn, next_opening_at: turn });
  assert.equal(screen.viewOf(state, START + 1_500).view, "empty");
});

test("at closing and at opening the day is read again, once", () => {
  const state = screen.receiveScreen(fetched(live()), { is_open: true, closes_at: iso(START + 1_000) });
  assert.equal(screen.turned(state, START + 999).fetch, null);
  const asked = screen.turned(state, START + 1_000);
  assert.equal(asked.fetch, "nudge");
  assert.equal(screen.turned(fetched(asked), START + 2_000).fetch, null);
  assert.equal(screen.turned(screen.receiveScreen(fetched(live()), {}), START + 9_999_999).fetch, null);
});

test("people still called are shown after closing", () => {
  const state = screen.receiveScreen(showing(call("A042")), { is_open: false });
  assert.equal(screen.viewOf(state, START).view, "calls");
});

test("the clock is the server's and a slow message does not set it back", () => {
  let state = screen.receiveBoard(
    screen.connected(screen.initialState(), START),
    board([], { at: START + 5_000 }),
    START,
  );
  assert.equal(screen.serverNow(state, START + 1_000), START + 6_000);
  state = screen.receiveBoard(state, board([], { at: START + 6_000 }), START + 2_500);
  assert.equal(screen.serverNow(state, START + 2_500), START + 7_500);
});

test("a server clock that was set back is followed at the next heartbeat", () => {
  const state = live();
  const beat = { epoch: "e1", version: 0, as_of: iso(START - 3_600_000) };
  assert.equal(screen.serverNow(screen.heartbeat(state, beat, START), START), START - 3_600_000);
});

test("a screen that was refused shows it until it is connected again", () => {
  const state = screen.refused(screen.initialState());
  assert.equal(screen.connected(state, START).isRefused, false);
});

test("a screen that was replaced or revoked does not continue with its old state", () => {
  const state = screen.refused(showing(call("A042")));
  assert.equal(screen.viewOf(state, START + 1_000).view, "calls");
  const { view, cards, recent } = screen.viewOf(state, START + screen.HONEST_MS + 1);
  assert.deepEqual([view, cards, recent], ["refused", [], []]);
  assert.equal(
    screen.viewOf(screen.disconnected(showing(call("A042"))), START + screen.HONEST_MS + 1).view,
    "calls",
  );
});

test("while the hall is closed no wait is shown for a ticket that nobody can take", () => {
  const line = {
    queue: "accueil",
    services: [{ id: "accueil", name: { fr: "Accueil" } }],
    waiting: 3,
    wait: { low_s: 0, high_s: 300 },
  };
  const counted = screen.receiveQueues(live(), { ...board(), queues: [line] }, START);
  assert.equal(screen.viewOf(counted, START).queues.length, 1);
  const closed = { ...counted, screen: { ...counted.screen, is_open: false, next_opening_at: null } };
  assert.deepEqual([screen.viewOf(closed, START).queues, screen.viewOf(closed, START).waiting], [[], 3]);
});

test("in a break that carries everyone over the screen says when calls resume, and only then", () => {
  const rest = { begins_at: iso(START + 60_000), resumes_at: iso(START + 120_000) };
  const state = fetched(screen.receiveBoard(live(), board([], { break: rest }), START));
  assert.notEqual(screen.viewOf(state, START).view, "break");
  assert.equal(screen.viewOf(state, START + 60_000).view, "break");
  assert.equal(screen.resumesAt(state, START + 60_000), START + 120_000);
  assert.notEqual(screen.viewOf(state, START + 120_000).view, "break");
  assert.equal(screen.resumesAt(live(), START), null);
});

test("the last calls are the newest first, each number once, without who is called again", () => {
  const recent = [
    former("A1", START - 400_000),
    former("A2", START - 10_000),
    former("A2", START - 90_000),
    former("A3", START - 20_000),
    former("A4", START - 30_000),
  ];
  const state = screen.receiveBoard(live(), board([call("A4")], { recent }), START);
  assert.deepEqual(
    screen.viewOf(cards.arrange(state, START), START).recent.map((one) => one.number),
    ["A2", "A3", "A1"],
  );
});

test("half a minute after the server's last message calls are shown as past ones, and as calls again once it is back", () => {
  const away = screen.disconnected(showing(call("A042")));
  assert.equal(screen.viewOf(away, START + screen.GREY_MS).isPast, false);
  const view = screen.viewOf(away, START + screen.GREY_MS + 1);
  assert.deepEqual([view.view, view.isPast, view.cards[0].calledAt], ["calls", true, START]);
  const back = screen.receiveBoard(
    screen.connected(away, START + 60_000),
    board([call("A042")], { at: START + 60_000 }),
    START + 60_000,
  );
  assert.equal(screen.viewOf(back, START + 60_000).isPast, false);
});
