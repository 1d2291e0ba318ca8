// Who waits for one counter, in the order in which it would call them. Pure functions of values.

import { waitingRow, waitingRows } from "../console/console_state.js";

/**
 * Who waits for this counter, as rows: in call order when that was read (`order`, of GET
 * /counters/{counter}/waiting), else as the queue says.
 * Who was sent to another counter is left out. `cannot`: this counter may not call them now. What the queue
 * says later than the order counts.
 */
export function rowsHere({ queue, counter, order }, nowMs) {
  const gone = new Set(
    [...(queue?.called ?? []), ...(queue?.in_service ?? []), ...(queue?.parked ?? [])].map(({ leg }) => leg),
  );
  gone.add(counter.leg?.leg);
  const isHere = (leg) => !gone.has(leg.leg) && (!leg.for_counter || leg.for_counter === counter.counter);
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

/** Whether somebody is missing in a queue that lists everyone who waits in it. */
function hasLeft(leg, { queues }) {
  const own = queues.find(({ services }) => services.includes(leg.service));
  const legs = own?.legs ?? [];
  return Boolean(own) && own.waiting === legs.length && !legs.some((one) => one.leg === leg.leg);
}
