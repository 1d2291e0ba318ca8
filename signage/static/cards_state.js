// The rows of a screen's board: who is called, in which order, whose turn it is. Pure functions of values.

import { calledNow, keyOf, OLDEST_SOUND_MS, serverNow } from "./screen_state.js";

export const HOLD_MS = 10_000;
export const TURN_MS = 10_000;
export const LONGEST_SOUND_MS = 40_000;
export const MOST_ROWS = 6;

/**
 * The state with its cards: one for each visitor who is called and not at the counter, the newest first. Only
 * the first one is large, and only until a newer one comes: a row that became small stays so.
 */
export function arrange(state, now) {
  const former = new Map(state.cards.map((card) => [card.key, card]));
  const numbers = new Set(); // of a visitor sent on to another counter, the newer call
  const called = calledNow(state, now).filter(
    ({ number }) => !numbers.has(number) && Boolean(numbers.add(number)),
  );
  const cards = called.map((call, at) => {
    const card = former.get(keyOf(call));
    return card
      ? { ...card, counter: call.counter, isLarge: card.isLarge && at === 0 }
      : newCard(state, call, { now, isLarge: at === 0 });
  });
  const fresh = cards.map(({ key }) => key).filter((key) => !state.shown.includes(key));
  return { ...state, cards, shown: [...state.shown, ...fresh.reverse()].slice(-200) };
}

/**
 * The cards of the present turn, at most `room`: the large one stays, those without room take turns. Turns
 * are counted from the newest call, so all screens show the same and a call stays at least ten seconds.
 */
export function cardsInTurn(cards, room, at) {
  const most = Math.min(room, MOST_ROWS);
  if (cards.length <= most) return cards;
  const first = cards[0].isLarge ? cards.slice(0, 1) : [];
  const rest = cards.slice(first.length);
  const each = Math.max(most - first.length, 1);
  const turn = Math.floor(Math.max(at - cards[0].calledAt, 0) / TURN_MS) % Math.ceil(rest.length / each);
  return [...first, ...rest.slice(turn * each, (turn + 1) * each)];
}

/** Whether a call was made a moment ago or is still announced: nothing else moves meanwhile. */
export function isHeld(state, card, now) {
  if (!card.isNew) return false;
  const sound = state.sound[card.key];
  const soundMs = sound ? now - sound.at : 0;
  if (sound?.value === "speaking" && soundMs < LONGEST_SOUND_MS) return true;
  if (sound?.value === "waiting" && soundMs < OLDEST_SOUND_MS) return true;
  return now - card.shownAt < HOLD_MS;
}

function newCard(state, call, { now, isLarge }) {
  const { call: id, rank, number, counter } = call;
  const calledAt = Date.parse(call.called_at);
  const isNew = isNewCall(state, call, now);
  return { key: keyOf(call), call: id, rank, number, counter, calledAt, shownAt: now, isNew, isLarge };
}

/** A call just made, or a recall of a known one; calls found after a long absence are not new. */
function isNewCall(state, call, now) {
  const { shown, announced } = state;
  if (shown.includes(keyOf(call))) return false;
  if (announced[keyOf(call)] || (call.rank > 1 && shown.includes(`${call.call}#${call.rank - 1}`)))
    return true;
  return serverNow(state, now) - Date.parse(call.called_at) < OLDEST_SOUND_MS;
}
