// The playlist of a screen, without a browser: its own clock, which stops while the media are covered, and
// the shown item. Times are the server's milliseconds. The schedule itself has no memory: schedule.js.

import { isPlanned, isResting, itemAt } from "./schedule.js";

const LONGEST_LAG_MS = 12 * 3_600_000;
const SET_BACK_MS = 2_000;
const TRIED_AGAIN_MS = 60_000;
const SHORTEST_PAGE_MS = 1_500; // see readingMs: what is shown for less cannot be read

/**
 * @typedef {object} Playlist
 * @property {number} lag how far its clock is behind the wall clock, in ms
 * @property {number | null} stoodAt where it stands while it is covered
 * @property {any} showing the item that is shown, null before the first
 * @property {Record<string, number>} failed until when items are left out
 * @property {string[]} owed items that had no room beside calls, the one that waits longest first
 * @property {boolean} isResting
 *
 * @typedef {{ programme: Api.ProgrammeAnswer, at: number, waiting: Record<string, number>, empty?: string[],
 *   large?: string[], isCovered?: boolean, isFree?: boolean }} Moment
 */

/** @type {(from?: { lag?: number }) => Playlist} */
export const initialPlaylist = ({ lag = 0 } = {}) => ({
  lag,
  stoodAt: null,
  showing: null,
  failed: {},
  owed: [],
  isResting: false,
});

/** The playlist's own clock. */
export const turnOf = (playlist, at) => playlist.stoodAt ?? at - playlist.lag;

/** An item cannot be shown: it is left out for a minute. */
export function failed(playlist, item, at) {
  return { ...playlist, failed: { ...playlist.failed, [item]: at + TRIED_AGAIN_MS } };
}

/**
 * The items that cannot be shown at an instant: those that failed lately, those with nothing to show, and
 * beside calls those that need the large room.
 *
 * @param {Playlist} playlist
 * @param {Moment} now
 */
function skippedAt({ failed: left }, now) {
  const { at, empty = [], large = [] } = now;
  const failedLately = Object.keys(left).filter((item) => left[item] > at);
  return new Set([...empty, ...failedLately, ...(isBeside(now) ? large : [])]);
}

/**
 * Whether calls leave notices a part of the screen.
 *
 * @param {Moment} now
 */
const isBeside = ({ isFree, isCovered }) => !isFree && !isCovered;

/**
 * Move to an instant. What is shown stays until its end, unless it left the programme or cannot be shown any
 * more; then the schedule says what comes. `showing` has the item (null: the welcome), its `position`, when
 * it `began`, and its ends. A playlist that calls made late is on time again, with all screens of its hall,
 * at the end of the first item that ends while `isFree`: nobody is called any more. Items that are `large`
 * have no room while somebody is called; they come first afterwards, in turn with what the schedule says.
 *
 * @param {Playlist} playlist
 * @param {Moment} now
 * @returns {Playlist}
 */
export function moved(playlist, now) {
  const { programme, at, isCovered = false } = now;
  const skipped = skippedAt(playlist, now);
  const next = owing(standing(playlist, at, isCovered || playlist.isResting), now);
  const turn = turnOf(next, at);
  const item = next.showing && programme.items.find((one) => one.id === next.showing.item);
  const isTurned = isResting(programme, at) !== next.isResting; // its hours began or ended, or are others now
  if (next.showing && !isTurned && goesOn(next.showing, { item, at, turn, skipped })) return next;
  if (now.isFree && next.lag && next.showing && turn >= next.showing.until_turn) return onTime(next, now);
  const found = chosenAt(next, now, turn);
  if (found.is_resting !== next.isResting)
    return moved({ ...next, isResting: found.is_resting, lag: 0, stoodAt: null }, now);
  const chosen = programme.items.find((one) => one.id === found.item);
  const owed = next.owed.filter((id) => id !== found.item);
  return {
    ...next,
    owed: found.isOwed ? [...owed, found.item] : next.owed, // where it is cut, others come before it
    showing: {
      item: found.item,
      isOwed: found.isOwed,
      content: JSON.stringify(chosen ?? null),
      began: turn - found.position_ms,
      joined: turn,
      until_turn: found.until_turn,
      until_at: found.until_at,
    },
  };
}

/** The playlist with what it owes: what had no room beside calls, until it is shown to its end. */
function owing(playlist, now) {
  const { showing, owed } = playlist;
  const { programme, at, large = [] } = now;
  const isOver = (id) => !isBeside(now) && showing?.item === id && isWhole(showing, turnOf(playlist, at));
  const kept = owed.filter((id) => large.includes(id) && !isOver(id));
  if (isBeside(now)) return { ...playlist, owed: [...kept, ...large.filter((id) => !kept.includes(id))] };
  const next = { ...playlist, owed: kept };
  if (!showing || showing.isOwed || !owedItem(next, now)) return next;
  // who was shown in the place of others beside calls stays no longer than its own time
  const ms = programme.items.find(({ id }) => id === showing.item)?.ms ?? 0;
  return { ...next, showing: { ...showing, until_turn: Math.min(showing.until_turn, showing.began + ms) } };
}

/** The first item that had no room beside calls and may come now; undefined for none. */
function owedItem(playlist, now) {
  const skipped = skippedAt(playlist, now);
  return playlist.owed
    .map((id) => now.programme.items.find((one) => one.id === id))
    .find((item) => item && !skipped.has(item.id) && isPlanned(item, now));
}

/** What the schedule says at a turn of a playlist. */
const plannedAt = (playlist, now, turn) =>
  itemAt(now.programme, { ...now, turn, skipped: skippedAt(playlist, now) });

/**
 * What comes: in turn an item that had no room beside calls, and that of the schedule. What comes between
 * begins at its beginning, and stays for its whole time until an item of the schedule begins.
 */
function chosenAt(playlist, now, turn) {
  const found = plannedAt(playlist, now, turn);
  const { showing } = playlist;
  const isItsTurn = now.isFree && (!showing?.isOwed || found.item === showing.item);
  const owed = isItsTurn ? owedItem(playlist, now) : undefined;
  const isBetween = showing && turn < showing.until_turn; // what was shown makes way before its end
  const item = owed ?? (isBetween ? now.programme.items.find(({ id }) => id === found.item) : undefined);
  if (!item || found.is_resting) return { ...found, isOwed: false };
  let until = turn;
  do until = plannedAt(playlist, now, until).until_turn;
  while (until < turn + item.ms);
  return { ...found, item: item.id, isOwed: Boolean(owed), position_ms: 0, until_turn: until };
}

/** Go on with what all screens show; an item that would leave before it can be read is left out. */
function onTime(playlist, now) {
  const { at } = now;
  const { position_ms: position, until_turn: ends } = plannedAt(playlist, now, at);
  if (position >= SHORTEST_PAGE_MS && ends - at < SHORTEST_PAGE_MS)
    return { ...playlist, showing: { ...playlist.showing, until_turn: turnOf(playlist, at) + ends - at } };
  return moved({ ...playlist, lag: 0, showing: null }, now);
}

/** The next item if nothing changes meanwhile, null for the welcome. */
export function nextAfter(playlist, now) {
  const { until_turn: turn } = playlist.showing;
  const ends = now.at + turn - turnOf(playlist, now.at);
  return chosenAt(playlist, { ...now, at: ends }, turn).item;
}

/** Milliseconds until the next check: until the shown item ends; when covered, only the wall clock runs. */
export function endsIn(playlist, at) {
  const { until_turn: turn, until_at: wall } = playlist.showing;
  const ends = [
    wall === null ? Infinity : wall - at,
    playlist.stoodAt === null ? turn - turnOf(playlist, at) : Infinity,
  ];
  return Math.max(Math.min(...ends), 0);
}

/**
 * A showing is whole when it was joined in its first tenth and has reached its end by the playlist's clock.
 */
export function isWhole({ joined, began, until_turn: ends }, turn) {
  return (joined - began) * 10 <= ends - began && turn >= ends;
}

function standing(playlist, at, isCovered) {
  if (isCovered) return playlist.stoodAt === null ? { ...playlist, stoodAt: at - playlist.lag } : playlist;
  if (playlist.stoodAt === null) return playlist;
  const lag = at - playlist.stoodAt;
  return { ...playlist, stoodAt: null, lag: lag > 0 && lag < LONGEST_LAG_MS ? lag : 0 };
}

function goesOn(showing, { item, at, turn, skipped }) {
  if (showing.item === null || !item) return false; // the welcome leaves as soon as there is something
  const isSame = JSON.stringify(item) === showing.content && !skipped.has(showing.item);
  const isWithin = turn < showing.until_turn && turn > showing.joined - SET_BACK_MS;
  return isSame && isWithin && (showing.until_at === null || at < showing.until_at);
}
