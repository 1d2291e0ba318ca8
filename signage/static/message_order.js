// The order of full-state messages: the same rule as signage/board.py, on the same test vectors.

/**
 * Return whether a received message replaces the one shown: a new epoch wins; within one, (version, as_of)
 * must be higher.
 */
export function isNewer(current, received) {
  if (!current || current.epoch !== received.epoch) return true;
  if (current.version !== received.version) return received.version > current.version;
  const [before, beforeFraction] = instant(current.as_of);
  const [after, afterFraction] = instant(received.as_of);
  return after !== before ? after > before : afterFraction > beforeFraction;
}

/**
 * Return an RFC 3339 instant as [milliseconds of its whole second, nanoseconds]: Date alone would lose
 * microseconds.
 */
function instant(text) {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  return [Date.parse(text.replace(/\.\d+/, "")), Number(fraction.padEnd(9, "0").slice(0, 9))];
}
