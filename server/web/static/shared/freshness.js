// Which state is the newest. Full-state messages are ordered by (epoch, version, as_of): lower or equal is
// ignored, a new epoch always wins.

/**
 * How far a page is: the last position, and the epochs it has left.
 * @typedef {{ epoch: string | null, version: number, asOf: string, left: readonly string[] }} Order
 */

/**
 * The order before the first message.
 *
 * @type {Readonly<Order>}
 */
export const NOTHING_SEEN = Object.freeze({ epoch: null, version: -1, asOf: "", left: Object.freeze([]) });

/**
 * The order after a message is accepted, or null when the message is old and must be ignored.
 *
 * @param {Order} order
 * @param {{ epoch: string, version: number, as_of: string }} message
 * @returns {Order | null}
 */
export function accepted(order, message) {
  const { epoch, version, as_of: asOf } = message;
  if (order.left.includes(epoch)) return null;
  if (epoch !== order.epoch) {
    const left = order.epoch === null ? order.left : [...order.left, order.epoch];
    return { epoch, version, asOf, left };
  }
  const isNewer =
    version > order.version || (version === order.version && Date.parse(asOf) > Date.parse(order.asOf));
  return isNewer ? { ...order, version, asOf } : null;
}

/**
 * Whether a heartbeat reveals a missed message: another epoch, not one already left, or a higher version.
 *
 * @param {Order} order
 * @param {{ epoch: string, version: number }} heartbeat
 */
export function isBehind(order, heartbeat) {
  if (order.left.includes(heartbeat.epoch)) return false;
  return heartbeat.epoch !== order.epoch || heartbeat.version > order.version;
}
