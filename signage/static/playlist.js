// The playlist of a screen, without a browser: its own clock, which stops while the media are covered, and
// the shown item. Times are the server's milliseconds. The schedule itself has no memory: schedule.js.

import { isResting, itemAt } from "./schedule.js";

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
 * @property {boolean} isResting
 */

/** @type {(from?: { lag?: number }) => Playlist} */
export const initialPlaylist = ({ lag = 0 } = {}) => ({
  lag,
  stoodAt: null,
  showing: null,
  failed: {},
  isResting: false,
});

/** The playlist's own clock. */
export const turnOf = (playlist, at) => playlist.stoodAt ?? at - playlist.lag;

/** An item cannot be shown: it is left out for a minute. */
export function failed(playlist, item, at) {
  return { ...playlist, failed: { ...playlist.failed, [item]: at + TRIED_AGAIN_MS } };
}

/** The items that cannot be shown at an instant: those that failed lately, and those with nothing to show. */
export function skippedAt(playlist, at, empty = []) {
  return new Set([...empty, ...Object.keys(playlist.failed).filter((item) => playlist.failed[item] > at)]);
}

/**
 * Move to an instant. What is shown stays until its end, unless it left the programme or cannot be shown any
 * more; then the schedule says what comes. `showing` has the item (null: the welcome), its `position`, when
 * it `began`, and its ends. A playlist that calls made late is on time again, with all screens of its hall,
 * at the end of the first item that ends while `isFree`: nobody is called any more.
 *
 * @param {Playlist} playlist
 * @param {{ programme: Api.ProgrammeAnswer, at: number, waiting: Record<string, number>,
 *   empty?: string[], isCovered?: boolean, isFree?: boolean }} now
 * @returns {Playlist}
 */
export function moved(playlist, now) {
  const { programme, at, waiting, empty = [], isCovered = false } = now;
  const skipped = skippedAt(playlist, at, empty);
  const next = standing(playlist, at, isCovered || playlist.isResting);
  const turn = turnOf(next, at);
  const item =
    next.showing && next.showing.item !== null
      ? programme.items.find((one) => one.id === next.showing.item)
      : null;
  const isTurned = isResting(programme, at) !== next.isResting; // its hours began or ended, or are others now
  if (next.showing && !isTurned && goesOn(next.showing, { item, at, turn, skipped })) return next;
  if (now.isFree && next.lag && next.showing && turn >= next.showing.until_turn) return onTime(next, now);
  const found = itemAt(programme, { at, turn, waiting, skipped });
  if (found.is_resting !== next.isResting)
    return moved({ ...next, isResting: found.is_resting, lag: 0, stoodAt: null }, now);
  const chosen = programme.items.find((one) => one.id === found.item);
  return {
    ...next,
    showing: {
      item: found.item,
      content: JSON.stringify(chosen ?? null),
      began: turn - found.position_ms,
      joined: turn,
      until_turn: found.until_turn,
      until_at: found.until_at,
    },
  };
}

/** Go on with what all screens show; an item that would leave before it can be read is left out. */
function onTime(playlist, now) {
  const { programme, at, waiting, empty = [] } = now;
  const skipped = skippedAt(playlist, at, empty);
  const { position_ms: position, until_turn: ends } = itemAt(programme, { at, turn: at, waiting, skipped });
  if (position >= SHORTEST_PAGE_MS && ends - at < SHORTEST_PAGE_MS)
    return { ...playlist, showing: { ...playlist.showing, until_turn: turnOf(playlist, at) + ends - at } };
  return moved({ ...playlist, lag: 0, showing: null }, now);
}

/** The next item if nothing changes meanwhile, null for the welcome. */
export function nextAfter(playlist, { programme, at, waiting, empty = [] }) {
  const { until_turn: turn } = playlist.showing;
  const ends = at + turn - turnOf(playlist, at);
  return itemAt(programme, { at: ends, turn, waiting, skipped: skippedAt(playlist, at, empty) }).item;
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
