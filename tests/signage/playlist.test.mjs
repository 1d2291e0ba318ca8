import assert from "node:assert/strict";
import { test } from "node:test";
import * as lists from "../../signage/static/playlist.js";

const T = 1_795_600_020_000; // a whole round of the programme below
const item = (id, ms, more = {}) => ({
  id,
  notice: id,
  ms,
  is_legal: false,
  windows: null,
  when: null,
  ...more,
});
const programme = { legal_share: 0, hours: null, items: [item("a", 10_000), item("b", 20_000)] };
const at = (playlist, ms, more = {}) =>
  lists.moved(playlist, { programme, at: T + ms, waiting: {}, ...more });
const start = () => at(lists.initialPlaylist(), 0);

test("an item stays until its end, then the next one is shown", () => {
  let playlist = start();
  assert.equal(playlist.showing.item, "a");
  assert.equal(lists.endsIn(playlist, T), 10_000);
  assert.equal(at(playlist, 9_999).showing, playlist.showing);
  playlist = at(playlist, 10_000);
  assert.equal(playlist.showing.item, "b");
});

test("calls cover the media: the item continues where it was, and is whole at its end", () => {
  let playlist = at(start(), 4_000, { isCovered: true });
  assert.equal(lists.endsIn(playlist, T + 4_000), Infinity);
  playlist = at(playlist, 60_000, { isCovered: true });
  assert.equal(lists.turnOf(playlist, T + 60_000), T + 4_000);
  playlist = at(playlist, 64_000);
  assert.equal(playlist.showing.item, "a");
  assert.equal(lists.endsIn(playlist, T + 64_000), 6_000);
  assert.equal(lists.isWhole(playlist.showing, lists.turnOf(playlist, T + 69_999)), false);
  assert.equal(lists.isWhole(playlist.showing, lists.turnOf(playlist, T + 70_000)), true);
  assert.equal(at(playlist, 70_000).showing.item, "b");
});

test("once nobody is called any more, the item that calls made late is the last one that is late", () => {
  let playlist = at(start(), 4_000, { isCovered: true });
  playlist = at(playlist, 16_000, { isFree: true });
  assert.equal(playlist.lag, 12_000);
  assert.equal(at(playlist, 21_999, { isFree: true }).showing, playlist.showing);
  const again = at(playlist, 22_000, { isFree: true }); // on the other screens « b » runs until 30 s
  assert.deepEqual([again.lag, again.showing.item, lists.endsIn(again, T + 22_000)], [0, "b", 8_000]);
  assert.equal(lists.isWhole(again.showing, T + 30_000), false);
});

test("an item that would leave before it can be read is left out on the way back", () => {
  let playlist = at(start(), 1_000, { isCovered: true });
  playlist = at(playlist, 20_000);
  playlist = at(playlist, 29_000, { isFree: true }); // « b » has 1 s left elsewhere
  assert.deepEqual([playlist.showing.item, lists.endsIn(playlist, T + 29_000)], ["a", 1_000]);
  playlist = at(playlist, 30_000, { isFree: true });
  assert.deepEqual(
    [playlist.lag, playlist.showing.item, lists.endsIn(playlist, T + 30_000)],
    [0, "a", 10_000],
  );
});

test("an item that was joined midway is never whole", () => {
  const playlist = at(lists.initialPlaylist(), 5_000);
  assert.equal(lists.isWhole(playlist.showing, T + 10_000), false);
});

test("an item that cannot be shown leaves at once and is tried again after a minute", () => {
  const playlist = lists.failed(start(), "a", T + 1_000);
  assert.equal(at(playlist, 1_000).showing.item, "b");
  assert.equal(at(playlist, 30_001).showing.item, "b");
  assert.equal(at(playlist, 61_001).showing.item, "a");
});

test("a new programme lets the shown item end, unless it is gone or changed", () => {
  const playlist = start();
  const other = (items) => at(playlist, 1_000, { programme: { ...programme, items } }).showing.item;
  assert.equal(other([item("c", 10_000), item("a", 10_000)]), "a");
  assert.equal(other([item("c", 10_000)]), "c");
  assert.notEqual(
    at(playlist, 1_000, { programme: { ...programme, items: [item("a", 10_000, { language: "ar" })] } })
      .showing,
    playlist.showing,
  );
});

test("people who come and go change nothing before the end of an item", () => {
  const items = [item("a", 10_000), item("b", 10_000, { when: { queue: "q", more_than: 2 } })];
  const queued = { ...programme, items };
  let playlist = at(lists.initialPlaylist(), 10_000, { programme: queued, waiting: { q: 3 } });
  assert.equal(playlist.showing.item, "b");
  playlist = at(playlist, 12_000, { programme: queued, waiting: { q: 0 } });
  assert.equal(playlist.showing.item, "b");
});

test("a clock that is set a day back or forward asks the schedule again", () => {
  for (const day of [-86_400_000, 86_400_000]) {
    const playlist = at(start(), day + 3_000);
    assert.equal(playlist.showing.joined, T + day + 3_000);
  }
});

test("outside its hours the screen rests, its clock is right again when they begin", () => {
  const hours = { ...programme, hours: [[T + 60_000, T + 120_000]] };
  let playlist = at(lists.initialPlaylist({ lag: 5_000 }), 0, { programme: hours });
  assert.equal(playlist.isResting, true);
  assert.equal(lists.endsIn(playlist, T), 60_000);
  playlist = at(playlist, 60_000, { programme: hours });
  assert.deepEqual([playlist.isResting, playlist.lag, playlist.showing.joined], [false, 0, T + 60_000]);
  assert.equal(at(playlist, 120_000, { programme: hours }).isResting, true);
});

test("a screen that rests wakes when the hall's hours are others now, before the edge it knew", () => {
  let playlist = at(lists.initialPlaylist(), 0, {
    programme: { ...programme, hours: [[T + 86_400_000, T + 90_000_000]] },
  });
  assert.equal(playlist.isResting, true);
  playlist = at(playlist, 60_000, { programme: { ...programme, hours: [[T, T + 120_000]] } });
  assert.deepEqual([playlist.isResting, playlist.showing.joined], [false, T + 60_000]);
});

test("the next item is known in advance, so that it can be made ready", () => {
  assert.equal(lists.nextAfter(start(), { programme, at: T, waiting: {} }), "b");
});

const LARGE = { large: ["long"] };
const withLong = { ...programme, items: [item("a", 10_000), item("long", 30_000), item("b", 20_000)] };
const on = (playlist, ms, more = {}) => at(playlist, ms, { programme: withLong, ...LARGE, ...more });

test("beside calls what is no whole thought there leaves at once, and comes first when nobody is called", () => {
  let playlist = on(lists.initialPlaylist(), 10_000, { isFree: true });
  assert.equal(playlist.showing.item, "long");
  playlist = on(playlist, 14_000); // a call takes its room
  assert.deepEqual([playlist.showing.item, playlist.showing.began], ["a", T + 14_000]);
  playlist = on(playlist, 25_000, { isFree: true });
  assert.deepEqual([playlist.showing.item, playlist.showing.began], ["long", T + 25_000]);
  assert.equal(lists.endsIn(playlist, T + 25_000), 35_000, "its whole time, then with the other screens");
  playlist = on(playlist, 60_000, { isFree: true });
  assert.deepEqual([playlist.showing.item, playlist.owed], ["a", []]);
});

test("who is shown beside calls keeps its own time before what waited comes", () => {
  let playlist = on(lists.initialPlaylist(), 0);
  assert.equal(lists.endsIn(playlist, T), 40_000, "in the place of what has no room");
  playlist = on(playlist, 4_000, { isFree: true });
  assert.deepEqual([playlist.showing.item, lists.endsIn(playlist, T + 4_000)], ["a", 6_000]);
  assert.equal(on(playlist, 10_000, { isFree: true }).showing.item, "long");
});

test("what waited and is cut again comes after the others that waited, and in turn with the schedule", () => {
  const items = [item("a", 10_000), item("long", 20_000), item("more", 20_000), item("b", 10_000)];
  const more = { programme: { ...programme, items }, large: ["long", "more"] };
  const moments = [
    [0, false, "a"],
    [12_000, true, "long"],
    [15_000, false, "a"],
    [26_000, true, "more"],
    [50_000, true, "b"],
    [60_000, true, "long"],
  ];
  let playlist = lists.initialPlaylist();
  for (const [ms, isFree, shown] of moments) {
    playlist = lists.moved(playlist, { ...more, at: T + ms, waiting: {}, isFree });
    assert.equal(playlist.showing.item, shown, `after ${ms} ms`);
  }
});

test("only what waits and may be shown now comes first", () => {
  const items = withLong.items.map((one) =>
    one.id === "long" ? { ...one, windows: [[T, T + 5_000]] } : one,
  );
  const closed = { programme: { ...withLong, items } };
  let playlist = on(lists.initialPlaylist(), 0, closed);
  playlist = on(playlist, 10_000, { ...closed, isFree: true });
  assert.notEqual(playlist.showing.item, "long");
  assert.ok(lists.endsIn(playlist, T + 10_000) > 0);
});

test("where nothing is a whole thought beside calls the welcome is shown", () => {
  const playlist = on(lists.initialPlaylist(), 0, { large: ["a", "b", "long"] });
  assert.equal(playlist.showing.item, null);
  assert.notEqual(on(playlist, 1_000, { large: ["a", "b", "long"], isFree: true }).showing.item, null);
});
