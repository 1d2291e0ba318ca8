// Which calls a screen shows large, as cards, and for how long. Pure functions of values.

import { calledNow, keyOf, OLDEST_SOUND_MS, serverNow } from "./screen_state.js";

export const HOLD_MS = 10_000;
export const LONGEST_SOUND_MS = 40_000;
export const MOST_CARDS = 3;

/**
 * Choose the calls shown large. A card stays for 10 s and until its announcement has ended. Up to three share
 * the area, as many as `fits(cards)` allows; a new call takes the place of cards that need not stay any
 * longer. A card whose call was taken back leaves at once, as does the card of a visitor whom another counter
 * calls.
 *
 * @param {any} state
 * @param {number} now
 * @param {(cards: object[]) => boolean} [fits]
 */
export function arrange(state, now, fits = () => true) {
  const called = calledNow(state, now);
  const byCall = new Map(called.map((call) => [call.call, call]));
  const over = new Set((state.board?.recent ?? []).map((call) => call.number));
  let shownKeys = state.shown;
  let cards = state.cards.flatMap((card) => {
    const call = byCall.get(card.call);
    if (call && call.rank > card.rank) {
      shownKeys = [...shownKeys, keyOf(call)];
      return [largeCard(call, now, true)];
    }
    if (call) return [{ ...card, counter: call.counter }];
    if (called.some((other) => isFormerCallOf(card, other))) return [];
    return over.has(card.number) && isHeld(state, card, now) ? [card] : [];
  });
  for (const call of [...called].reverse()) {
    const key = keyOf(call);
    if (shownKeys.includes(key) || cards.some((card) => card.key === key)) continue;
    if (!isNew(state, call, shownKeys, now)) {
      shownKeys = [...shownKeys, key];
      continue;
    }
    const held = cards.filter((card) => isHeld(state, card, now) && !isFormerCallOf(card, call));
    const candidates = [...held, largeCard(call, now, true)];
    if (candidates.length > MOST_CARDS || (candidates.length > 1 && !fits(candidates))) break;
    cards = candidates;
    shownKeys = [...shownKeys, key];
  }
  if (!cards.length && called.length) cards = [largeCard(called[0], now, false)];
  return { ...state, cards, shown: shownKeys.slice(-200) };
}

/** The last card seemed to have room beside the others and has none: its call waits in the list. */
export function withoutLastCard(state) {
  const last = state.cards.at(-1);
  return { ...state, cards: state.cards.slice(0, -1), shown: state.shown.filter((key) => key !== last.key) };
}

/**
 * Whether a card shows an earlier call of the visitor who is called now, transferred to another counter
 * meanwhile.
 */
const isFormerCallOf = (card, call) => card.number === call.number && card.call !== call.call;

export function isHeld(state, card, now) {
  if (!card.isNew) return false;
  const sound = state.sound[card.key];
  const soundMs = sound ? now - sound.at : 0;
  if (sound?.value === "speaking" && soundMs < LONGEST_SOUND_MS) return true;
  if (sound?.value === "waiting" && soundMs < OLDEST_SOUND_MS) return true;
  return now - card.shownAt < HOLD_MS;
}

const largeCard = (call, now, isNewCall) => ({
  key: keyOf(call),
  call: call.call,
  rank: call.rank,
  number: call.number,
  counter: call.counter,
  calledAt: Date.parse(call.called_at),
  shownAt: now,
  isNew: isNewCall,
});

/** A call just made, or a recall of a known one; calls found after a long absence are listed, not played. */
function isNew(state, call, shownKeys, now) {
  if (state.announced[keyOf(call)]) return true;
  if (call.rank > 1 && shownKeys.includes(`${call.call}#${call.rank - 1}`)) return true;
  return serverNow(state, now) - Date.parse(call.called_at) < OLDEST_SOUND_MS;
}
