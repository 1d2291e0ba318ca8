// Full-state messages are ordered by (epoch, version, as_of): lower or equal is ignored, a new epoch always
// wins.

/** The order of nothing seen yet. */
export const NOTHING_SEEN = Object.freeze({ epoch: null, version: -1, asOf: "", left: Object.freeze([]) });

/** The order after a message is accepted, or null when the message is old and must be ignored. */
export function accepted(seen, message) {
  const { epoch, version, as_of: asOf } = message;
  if (seen.left.includes(epoch)) return null;
  if (epoch !== seen.epoch) {
    const left = seen.epoch === null ? seen.left : [...seen.left, seen.epoch];
    return { epoch, version, asOf, left };
  }
  const isNewer =
    version > seen.version || (version === seen.version && Date.parse(asOf) > Date.parse(seen.asOf));
  return isNewer ? { ...seen, version, asOf } : null;
}

/** Whether a heartbeat reveals a missed message: another epoch, not one already left, or a higher version. */
export function isBehind(seen, heartbeat) {
  if (seen.left.includes(heartbeat.epoch)) return false;
  return heartbeat.epoch !== seen.epoch || heartbeat.version > seen.version;
}
