// The visitors who wait for one counter, in the order in which it would call them. Pure functions of values.

import { waitingRow, waitingRows } from "../console/console_state.js";

/**
 * The visitors who wait for this counter, as rows: in call order when that was read (`order`, of GET
 * /counters/{counter}/waiting), else in the order of the queue. Visitors sent to another counter are left
 * out. `cannot`: this counter may not call them now. A queue newer than the order takes precedence.
 */
export function rowsHere({ queue, counter, order }, nowMs) {
  const gone = new Set(
    [...(queue?.called ?? []), ...(queue?.in_service ?? []), ...(queue?.parked ?? [])].map(({ leg }) => leg),
  );
  gone.add(counter.leg?.leg);
  const isOurs = (leg) =>
    leg.for_counter ? leg.for_counter === counter.counter : counter.services.includes(leg.service);
  const isHere = (leg) => !gone.has(leg.leg) && isOurs(leg);
  const rows = waitingRows(queue, counter.services, nowMs).filter(({ leg }) => isHere(leg));
  if (!order || order.counter !== counter.counter || order.epoch !== queue?.epoch) return rows;
  const isLater = queue.version > order.version;
  const ordered = new Set(order.legs.map(({ leg }) => leg));
  const inOrder = order.legs.map((leg, at) => ({ ...waitingRow(leg, nowMs), cannot: at >= order.may_call }));
  return [
    ...inOrder.filter(({ leg }) => isHere(leg) && !(isLater && hasLeft(leg, queue))),
    ...(isLater ? rows.filter(({ leg }) => !ordered.has(leg.leg)) : []),
  ];
}

/** Whether a visitor is missing in a queue that should list everyone who waits in it. */
function hasLeft(leg, { queues }) {
  const own = queues.find(({ services }) => services.includes(leg.service));
  const legs = own?.legs ?? [];
  return Boolean(own) && own.waiting === legs.length && !legs.some((one) => one.leg === leg.leg);
}
