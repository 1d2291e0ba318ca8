import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange } from "../../signage/static/cards_state.js";
import { initialPlaylist, isWhole, moved, turnOf } from "../../signage/static/playlist.js";
import { isQuiet } from "../../signage/static/quiet.js";
import * as screen from "../../signage/static/screen_state.js";

const START = Date.parse("2026-11-24T09:00:00Z");
const HOUR = 3_600_000;
const TICK = 500; // as the page
const item = (id, ms) => ({ id, notice: id, ms, is_legal: false, windows: null, when: null });
const LARGE = ["film", "long text"]; // no whole thoughts beside calls
const items = [item("figure", 10_000), item("film", 20_000), item("date", 10_000), item("long text", 40_000)];
const programme = { legal_share: 0, hours: null, items };

/** Numbers from 0 to 1, always the same. */
function numbers() {
  let last = 20_261_124;
  return () => (last = (last * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Calls of an hour, at any instant of it; each visitor arrives after 10 to 40 s. */
function callsOf(count) {
  const next = numbers();
  const at = Array.from({ length: count }, () => Math.floor(next() * HOUR)).sort((one, other) => one - other);
  return at.map((called, n) => ({ n, called, arrives: called + 10_000 + Math.floor(next() * 30_000) }));
}

const shownCall = ({ n, called }) => ({
  call: `c${n}`,
  rank: 1,
  number: `A${n}`,
  counter: { id: "1", label: "guichet 1", direction: {} },
  called_at: new Date(START + called).toISOString(),
});

/** An hour of a screen: how long a notice had all of it, and what of each was shown in which room. */
function hourOf(count) {
  const calls = callsOf(count);
  let state = screen.connected(screen.initialState(), START);
  let playlist = initialPlaylist();
  let aloneMs = 0;
  const [beside, whole] = [new Set(), new Set()];
  for (let ms = 0; ms < HOUR; ms += TICK) {
    const at = START + ms;
    const known = calls.filter(({ called }) => called <= ms);
    const board = {
      epoch: "e",
      version: ms + 1,
      as_of: new Date(at).toISOString(),
      calls: known
        .filter(({ arrives }) => arrives > ms)
        .map(shownCall)
        .reverse(),
      recent: known
        .filter(({ arrives }) => arrives <= ms)
        .slice(-8)
        .map(shownCall)
        .reverse(),
      queues: [],
    };
    state = arrange(screen.receiveBoard(state, board, at), at);
    const isFree = isQuiet(screen.viewOf(state, at), at);
    const { showing } = playlist;
    playlist = moved(playlist, { programme, at, waiting: {}, large: LARGE, isFree });
    if (showing && showing !== playlist.showing && isWhole(showing, turnOf(playlist, at)))
      whole.add(showing.item);
    if (isFree) aloneMs += playlist.showing.item === null ? 0 : TICK;
    else beside.add(playlist.showing.item);
  }
  return { share: aloneMs / HOUR, beside: [...beside].sort(), whole: [...whole].sort() };
}

const ALL = items.map(({ id }) => id).sort();
const ELSEWHERE = ALL.filter((id) => !LARGE.includes(id));

test("in a busy hour notices have a quarter of the screen’s time, and what has no room beside calls is shown", () => {
  const { share, beside, whole } = hourOf(60);
  assert.ok(share >= 0.25, `${share}`);
  assert.deepEqual([beside, whole], [ELSEWHERE, ALL]);
});

test("in a quiet hour notices have four fifths of the screen’s time", () => {
  const { share, beside, whole } = hourOf(6);
  assert.ok(share >= 0.8, `${share}`);
  assert.deepEqual([beside, whole], [ELSEWHERE, ALL]);
});
