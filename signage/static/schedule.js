// The schedule: the item of its programme that a screen shows at an instant, and until when. Pure; the same
// rule as tests/signage/reference_schedule.py, on the same vectors. Numbers are integers: milliseconds,
// people, per mille.

export const SHORTEST_MS = 1_000;
export const WELCOME_MS = 15_000;
const LARGEST_SHARE = 500;
const DRIFT = 5; // per mille by which a round's legal share may be above the one asked for
const LONGEST_ROUND = 4_000; // slots
const LEGAL = -1; // in a round: the slot of whichever legal notice has its turn

/** Whether an instant is outside the screen's hours. */
export const isResting = ({ hours }, at) => Boolean(hours) && !isIn(hours, at);

/** Whether an item may be shown at an instant: inside its windows, and while enough people wait. */
export const isPlanned = (item, { at, waiting }) =>
  (!item.windows || isIn(item.windows, at)) && isDue(item, waiting);

/**
 * Return the item at `at` (wall clock, decides windows) and `turn` (the playlist's own clock, which stops
 * while calls cover the media) as `{item, position_ms, until_turn, until_at, is_resting}`: `item` is an id,
 * or null for the built-in welcome. `waiting` gives the people in each queue, `skipped` (a Set) the items
 * that cannot be shown now.
 */
export function itemAt(programme, { at, turn, waiting, skipped = new Set() }) {
  const share = Math.floor(
    Math.min(Math.max(programme.legal_share ?? 0, 0), LARGEST_SHARE / 1000) * 1000 + 0.5,
  );
  const opened = programme.items.filter((item) => !item.windows || isIn(item.windows, at));
  const due = new Set(
    opened.filter((item) => !skipped.has(item.id) && isDue(item, waiting)).map((item) => item.id),
  );
  const { legal, others } = lanesOf(opened, due, share);
  const ends = { until_at: nextEdge(programme, at), is_resting: isResting(programme, at) };
  if (!others.length) {
    const position = modulo(turn, WELCOME_MS);
    return { item: null, position_ms: position, until_turn: turn - position + WELCOME_MS, ...ends };
  }
  const slots = roundOf(others.map(msOf), Math.max(0, ...legal.map(msOf)), share);
  const length = slots.at(-1).starts + slots.at(-1).ms;
  const position = modulo(turn, length);
  const place = slots.findLastIndex((slot) => slot.starts <= position);
  const slot = slots[place];
  const since = position - slot.starts;
  const left = slot.starts + slot.ms - position;
  if (slot.index === LEGAL) {
    const item = legalOf(legal, due, slots, { place, number: (turn - position) / length });
    return { item: item.id, position_ms: since, until_turn: turn + left, ...ends };
  }
  const filled = others.map((_, index) => dueBefore(others, due, index));
  const { before, after } = heldBy(slots, place, filled);
  return {
    item: others[filled[slot.index]].id,
    position_ms: since + before,
    until_turn: turn + left + after,
    ...ends,
  };
}

/**
 * The legal notices and the other items; an empty lane is skipped, and legal notices alone are treated like
 * others.
 */
function lanesOf(opened, due, share) {
  const isLegal = (item) => Boolean(item.is_legal) && share > 0;
  const isEmpty = (items) => !items.some((item) => due.has(item.id));
  let legal = opened.filter(isLegal);
  let others = opened.filter((item) => !isLegal(item));
  if (isEmpty(others)) [others, legal] = [legal, []];
  return { legal: isEmpty(legal) ? [] : legal, others: isEmpty(others) ? [] : others };
}

/** @type {{ key: string | null, slots: any[] }} */
let lastRound = { key: null, slots: [] };

/**
 * The slots of a round: the others in their order, and after one of them a legal slot when these are behind.
 */
function roundOf(others, longest, share) {
  const key = JSON.stringify([others, longest, share]);
  if (key !== lastRound.key) lastRound = { key, slots: laidOut(others, longest, share) };
  return lastRound.slots;
}

function laidOut(others, longest, share) {
  const slots = [];
  let starts = 0;
  let ahead = 0; // legal milliseconds above their share, times 1000
  const lay = (index, ms, gain) => {
    slots.push({ index, starts, ms });
    starts += ms;
    ahead += gain * ms;
  };
  do {
    others.forEach((ms, index) => {
      lay(index, ms, -share);
      if (longest && ahead < 0)
        lay(LEGAL, Math.max(longest, Math.ceil(-ahead / (1000 - share))), 1000 - share);
    });
  } while (longest && ahead > DRIFT * starts && slots.length < LONGEST_ROUND);
  return slots;
}

/** The legal notice of a slot in the round of a number: they take turns through all rounds. */
function legalOf(legal, due, slots, { place, number }) {
  const count = (some) => some.filter((slot) => slot.index === LEGAL).length;
  return legal[
    dueBefore(legal, due, modulo(number * count(slots) + count(slots.slice(0, place)), legal.length))
  ];
}

/** Which item has a place: its own if it is due, otherwise the nearest before it, in a circle. */
function dueBefore(items, due, index) {
  let found = index;
  while (!due.has(items[found].id)) found = modulo(found - 1, items.length);
  return found;
}

/** How long neighbouring slots, whose own item is not due, have shown and will show the item of a slot. */
function heldBy(slots, place, filled) {
  const own = filled[slots[place].index];
  const isShown = ({ index }) => index !== LEGAL && filled[index] === own;
  const isFilled = (slot) => isShown(slot) && slot.index !== own;
  const next = (at, step) => modulo(at + step, slots.length);
  let before = 0;
  for (let at = place; isFilled(slots[at]) && isShown(slots[next(at, -1)]);) {
    at = next(at, -1);
    before += slots[at].ms;
  }
  let after = 0;
  for (let at = next(place, 1); isFilled(slots[at]); at = next(at, 1)) after += slots[at].ms;
  return { before, after };
}

const isDue = ({ when }, waiting) => !when || (waiting[when.queue] ?? 0) > when.more_than;
const isIn = (windows, at) => windows.some(([begins, ends]) => begins <= at && at < ends);
const msOf = (item) => Math.max(item.ms, SHORTEST_MS);
const modulo = (value, length) => ((value % length) + length) % length;

/** The next instant at which a window or the screen's hours begin or end; null when none does. */
function nextEdge({ items, hours }, at) {
  const edges = [...items.map((item) => item.windows), hours].flatMap((windows) => windows ?? []).flat();
  return edges.reduce((first, edge) => (edge > at && (first === null || edge < first) ? edge : first), null);
}
