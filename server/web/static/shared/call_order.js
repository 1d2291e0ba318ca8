// The visitors who wait for one counter, in the order in which it would call them, and whoever
// else may be called by number. Pure functions of values.

import { waitingRow, waitingRows } from "../console/console_state.js";

/**
 * The visitors who wait for this counter, as rows: in call order when that was read (`order`, of GET
 * /counters/{counter}/waiting), else in the order of the queue. Visitors sent to another counter are left
 * out. `cannot`: this counter may not call them now. The newer of queue and order takes
 * precedence.
 */
export function rowsHere({ queue, counter, order }, nowMs) {
  const isBefore = order?.epoch === queue?.epoch && order?.version > queue?.version; // taken back
  const gone = new Set(
    isBefore
      ? []
      : [queue?.called, queue?.in_service, queue?.parked].flatMap((legs) =>
          (legs ?? []).map(({ leg }) => leg),
        ),
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

/** A number as people type it: without spaces, small letters or what parts its letter from its digits. */
const plain = (number) => number.replace(/[\s.-]/g, "").toUpperCase();

/**
 * Who waits in the hall and fits what is typed: whom this counter may call now, in its order, then the others
 * of its services, then those it does not serve (`isElsewhere`). `found`: the legs that the server found by
 * their number, where the queue lists only the first.
 *
 * @param {any} state
 * @param {{ services: string[], typed?: string, found?: any[], nowMs: number }} given
 */
export function callableRows(state, { services, typed = "", found = [], nowMs }) {
  const here = rowsHere(state, nowMs);
  const visits = new Set(here.map(({ leg }) => leg.visit));
  const listed = [
    ...waitingRows(state.queue, services, nowMs),
    ...found.map((leg) => waitingRow(leg, nowMs)),
  ];
  const elsewhere = [];
  for (const row of listed) {
    if (visits.has(row.leg.visit)) continue;
    visits.add(row.leg.visit);
    elsewhere.push({ ...row, isElsewhere: !state.counter.services.includes(row.leg.service) });
  }
  const sought = plain(typed);
  return [
    ...here.filter(({ cannot }) => !cannot),
    ...here.filter(({ cannot }) => cannot),
    ...elsewhere,
  ].filter(({ leg }) => plain(leg.number).includes(sought));
}

/** The one row that Enter picks: the number itself, else the only one that fits; null where several do. */
export function rowTyped(rows, typed) {
  const same = rows.filter(({ leg }) => plain(leg.number) === plain(typed));
  if (same.length) return same.length === 1 ? same[0] : null;
  return rows.length === 1 ? rows[0] : null;
}

/** How many people wait for a counter: for its services at any counter, or for this one alone. */
export function waitingHere(queue, counter) {
  return sumOf(groupsHere(queue, counter), "people");
}

/**
 * How many of those who wait for a counter have waited past their target; without one, of the hall. The queue
 * counted them at its instant; each of these rows that has passed its target since counts too.
 *
 * @param {any} queue
 * @param {any} [counter]
 * @param {{ rows?: any[], nowMs?: number }} [since]
 */
export function overdueHere(queue, counter = null, { rows = [], nowMs = 0 } = {}) {
  const elapsedS = (nowMs - Date.parse(queue?.as_of ?? "")) / 1000;
  const isNew = ({ leg, waitedS, isOverdue }) => isOverdue && waitedS - elapsedS <= leg.target_s;
  return sumOf(groupsHere(queue, counter), "overdue") + rows.filter(isNew).length;
}

function groupsHere(queue, counter) {
  return (queue?.queues ?? [])
    .flatMap(({ groups }) => groups)
    .filter(
      (group) =>
        !counter ||
        (group.counter ? group.counter === counter.counter : counter.services.includes(group.service)),
    );
}

const sumOf = (groups, name) => groups.reduce((sum, group) => sum + group[name], 0);
