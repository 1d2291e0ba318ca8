// What the console knows and may do: pure functions of values. No DOM, no clock, no network.

import { accepted, NOTHING_SEEN } from "../shared/freshness.js";
import { legAt } from "../shared/legs.js";
import { secondsSince } from "../shared/durations.js";
import { hasSeveral, placesOf } from "./session_places.js";

/**
 * A counter as the console holds it: read whole, or just taken from the queue.
 * @typedef {Pick<Api.CounterAnswer, "counter" | "label" | "state" | "session_mark" | "leg" | "services"> &
 *   Partial<Api.CounterAnswer>} OwnCounter
 */
/**
 * A gesture that the console offers, from the table in server/domain/visits/gestures.py. `asks`: what its
 * panel asks first; `only_if`: a condition beside the phase; `refusal`: why it is not possible, if not by the
 * phase.
 * @typedef {object} Offered
 * @property {string} action
 * @property {string[]} phases
 * @property {string} [path] of its request
 * @property {"PATCH" | "DELETE"} [method]
 * @property {string} [only_if]
 * @property {"service" | "other_service" | "reason" | "person" | "own"} [asks]
 * @property {string[]} [reasons]
 * @property {string} [refusal]
 */
/**
 * @typedef {object} ConsoleState
 * @property {Record<string, Offered>} gestures by action
 * @property {OwnCounter | null} counter
 * @property {Api.QueueAnswer | null} queue
 * @property {import("../shared/freshness.js").Order} seen
 * @property {{ epoch: string, version: number } | null} answered the newest position a counter was read at
 * @property {number} clockOffsetMs
 * @property {boolean} isLive
 * @property {number | null} lostAtMs
 * @property {string | null} takenAt an instant
 * @property {Api.WaitingAnswer} [order]
 */

/**
 * The console before anything is known.
 *
 * @param {Offered[]} [gestures]
 * @returns {ConsoleState}
 */
export function emptyConsole(gestures = []) {
  return {
    gestures: Object.fromEntries(gestures.map((offer) => [offer.action, offer])),
    counter: null,
    queue: null,
    seen: NOTHING_SEEN,
    answered: null,
    clockOffsetMs: 0,
    isLive: false,
    lostAtMs: null,
    takenAt: null,
  };
}

/** One of choose, free, called, in_service, paused: what the page is about. */
export function phaseOf({ counter }) {
  if (!counter || !counter.session_mark || counter.state === "closed") return "choose";
  if (counter.state === "paused") return "paused";
  if (!counter.leg) return "free";
  return counter.leg.state === "in_service" ? "in_service" : "called";
}

/** Whether the session pauses, also with a visitor still in service at a place. */
export function isPausing({ counter }) {
  return counter?.state === "paused" || Boolean(counter?.is_paused);
}

/**
 * Whether a pause requested now begins only once the person here has left; with several places it begins at
 * once.
 */
export function pausesAfter(state) {
  return ["called", "in_service"].includes(phaseOf(state)) && !isPausing(state) && !hasSeveral(state);
}

/** Whether a service has begun by its call alone: nobody has confirmed that the person is there. */
export function isUnconfirmed({ counter }) {
  return Boolean(counter?.leg?.is_unconfirmed);
}

/** The counter from GET /counters/{counter}: the truth about this place. */
export function withCounter(state, counter) {
  return { ...withAnswered(state, counter), counter, takenAt: null };
}

/** The position of an answer about any counter is known: queues from before it are old. */
export function withAnswered(state, { epoch, version }) {
  if (state.answered?.epoch === epoch && state.answered.version >= version) return state;
  return { ...state, answered: { epoch, version } };
}

/**
 * The answer of a verb: the counter's leg afterwards, or null when there is none; a called visitor no longer
 * waits.
 */
export function withLeg(state, leg) {
  const isHere = leg !== null && (leg.state === "called" || leg.state === "in_service");
  const counter = {
    ...state.counter,
    notes: state.counter.leg?.leg === leg?.leg ? state.counter.notes : [],
    leg: isHere ? leg : null,
    state: isHere ? leg.state : isPausing(state) ? "paused" : "free",
  };
  const queue = isHere ? withoutWaiting(state.queue, leg.leg) : state.queue;
  return { ...state, counter, queue: withLegAt(queue, counter, state.counter.leg) };
}

/** The queue with the visitor at this counter now, so that the place is right at any other one. */
function withLegAt(queue, { counter, state, leg }, before) {
  if (!queue) return queue;
  const others = (legs) => legs.filter((one) => one.leg !== before?.leg && one.leg !== leg?.leg);
  const here = (legs, legState) => [...others(legs), ...(leg?.state === legState ? [leg] : [])];
  const counters = queue.counters.map((status) =>
    status.counter === counter ? { ...status, state, leg: leg?.leg ?? null } : status,
  );
  return {
    ...queue,
    counters,
    called: here(queue.called, "called"),
    in_service: here(queue.in_service, "in_service"),
  };
}

function withoutWaiting(queue, id) {
  if (!queue) return queue;
  const queues = queue.queues.map((one) => {
    const gone = one.legs.find(({ leg }) => leg === id);
    if (!gone) return one;
    const isOf = ({ service, counter }) => service === gone.service && counter === (gone.for_counter ?? null);
    return {
      ...one,
      legs: one.legs.filter((leg) => leg !== gone),
      waiting: one.waiting - 1,
      groups: one.groups.map((group) => (isOf(group) ? { ...group, people: group.people - 1 } : group)),
    };
  });
  return { ...queue, queues };
}

/**
 * A queue (REST or message) taken in if it is newer than the one before and not older than what was read of a
 * counter; `nowMs` is this computer's clock. Old ones change nothing.
 */
export function withQueue(state, queue, nowMs) {
  const order = accepted(state.seen, queue);
  if (order === null || isBeforeAnswer(queue, state.answered)) return state;
  const clockOffsetMs = Date.parse(queue.as_of) - nowMs;
  return withOwnCounter({ ...state, queue: keepNoShows(queue, state.queue), seen: order, clockOffsetMs });
}

function keepNoShows(queue, before) {
  return queue.no_shows || !before?.no_shows ? queue : { ...queue, no_shows: before.no_shows };
}

function withOwnCounter(state) {
  const { counter, queue } = state;
  const status = counter && queue.counters.find((other) => other.counter === counter.counter);
  if (!status || !counter.session_mark) return state;
  if (status.session_mark !== counter.session_mark) {
    return {
      ...state,
      counter: { ...counter, session_mark: null, leg: null, state: "closed" },
      takenAt: status.session_mark ? queue.as_of : null,
    };
  }
  const leg = legAt(status.leg, queue, counter.leg);
  // a supervisor may have moved it to another profile
  const services = status.services?.length ? status.services : counter.services;
  return {
    ...state,
    counter: {
      ...counter,
      state: status.state,
      is_paused: status.is_paused ?? false,
      since: status.since,
      next: status.next,
      services,
      leg,
    },
  };
}

function isBeforeAnswer({ epoch, version }, answered) {
  return answered?.epoch === epoch && version < answered.version;
}

/**
 * Who waits for these services, as rows to show. Whom the calling rule takes next is the counter's `next`.
 * Each queue keeps its own order; between queues, priority first, then the longest wait. The list stops where
 * a queue has more people than
 * the message carries, so that a row is never shown before someone who should be above it.
 */
export function waitingRows(queue, services, nowMs) {
  const heads = ourQueues(queue, services).map(({ legs, waiting }) => ({
    legs: [...(legs ?? [])],
    unseen: waiting - (legs?.length ?? 0),
  }));
  const rows = [];
  for (;;) {
    const filled = heads.filter((head) => head.legs.length > 0);
    if (filled.length === 0 || heads.some((head) => head.legs.length === 0 && head.unseen > 0)) return rows;
    filled.sort((a, b) => comesBefore(a.legs[0], b.legs[0]));
    rows.push(waitingRow(filled[0].legs.shift(), nowMs));
  }
}

function comesBefore(a, b) {
  const later = (leg) => (leg.class === "priority" ? 0 : 1);
  return later(a) - later(b) || Date.parse(waitsFrom(a)) - Date.parse(waitsFrom(b));
}

function waitsFrom(leg) {
  if (leg.ranked_from) return leg.ranked_from;
  return leg.booked_at && Date.parse(leg.booked_at) > Date.parse(leg.arrived_at)
    ? leg.booked_at
    : leg.arrived_at;
}

/** One waiting leg with its wait and its share of the target; an appointment waits from its hour on. */
export function waitingRow(leg, nowMs) {
  const isEarly = Boolean(leg.booked_at) && Date.parse(leg.booked_at) > nowMs;
  const waitedS = secondsSince(waitsFrom(leg), nowMs);
  const share = leg.target_s ? Math.min(1, waitedS / leg.target_s) : 0;
  return { leg, waitedS, share, isEarly, isOverdue: Boolean(leg.target_s) && waitedS > leg.target_s };
}

/**
 * Whether a counter serves a service, according to the queue: its session while it is open, else its
 * configuration.
 */
export function mayServe(status, hall, service) {
  const services = servicesAt(status, hall, status.counter);
  return services.length === 0 || services.includes(service);
}

/** How many open counters serve a service now. */
export function servedBy(queue, service) {
  return (queue?.counters ?? []).filter(
    ({ state, services }) => state !== "closed" && services?.includes(service),
  ).length;
}

/**
 * Why a transfer of a leg to a counter or to a service needs a question: the counter is `closed`, it receives
 * by `appointment` only and the visitor has none, or it `serves_not` the service; null when it needs none.
 */
export function doubtOf({ counter, service }, queue, hall, leg) {
  const status = queue?.counters.find((other) => other.counter === counter);
  if (status?.state === "closed") return "closed";
  const offered = counter ? servicesAt(status, hall, counter) : [service];
  const isFree = ({ id, mode }) => offered.includes(id) && mode !== "appointment_only";
  if (!leg.booked_at && !hall.services.some(isFree)) return "appointment";
  return !status || mayServe(status, hall, leg.service) ? null : "serves_not";
}

function servicesAt(status, hall, counter) {
  if (status?.services?.length) return status.services;
  return hall.counters.find(({ id }) => id === counter)?.services ?? [];
}

/**
 * The visitors whom closing the session of this counter would end or leave waiting: those served at its
 * places, those who wait for one of these alone.
 */
export function leftByClosing(state) {
  const places = placesOf(state);
  const own = places.map(({ counter }) => counter);
  const waiting = (state.queue?.queues ?? []).flatMap(({ legs }) => legs ?? []);
  return {
    serving: places.map(({ leg }) => leg).filter((leg) => leg?.state === "in_service"),
    awaited: waiting.filter((leg) => own.includes(leg.for_counter)),
  };
}

/** How many people wait in the queues of these services. */
export function waitingCount(queue, services) {
  return ourQueues(queue, services).reduce((sum, { waiting }) => sum + waiting, 0);
}

function ourQueues(queue, services) {
  if (!queue) return [];
  return queue.queues.filter((one) => one.services.some((service) => services.includes(service)));
}

/** Whether a leg is among the waiting rows; a message carries the first rows of each queue. */
export function isWaiting(queue, leg) {
  return (queue?.queues ?? []).some(({ legs }) => (legs ?? []).some((one) => one.leg === leg));
}

/** Whether the last gesture can still be taken back. */
export function mayUndo({ counter }, nowMs) {
  const gesture = counter?.last_gesture;
  return Boolean(gesture?.may_undo_until) && Date.parse(gesture.may_undo_until) > nowMs;
}

/** Until when (ISO) an answer to « are you there » counts; null while the page need not ask. */
export function presenceAskedUntil({ counter }, nowMs) {
  const { presence } = counter ?? {};
  return presence && Date.parse(presence.asks_at) <= nowMs ? presence.gives_back_at : null;
}

/** Whole seconds of wrap-up left at this counter; 0 when there is none. */
export function wrapUpLeftS(state, nowMs) {
  const until = phaseOf(state) === "free" ? state.counter.wrap_up_until : null;
  return until ? Math.max(0, Math.ceil((Date.parse(until) - nowMs) / 1000)) : 0;
}

const CONDITIONS = {
  declared: ({ counter }) => counter.leg?.priority === "declared",
  pausing: isPausing,
  not_pausing: (state) => !isPausing(state),
  // with a person in service a pause begins at once only where the session has other places
  may_pause: (state) => !isPausing(state) && (phaseOf(state) === "free" || hasSeveral(state)),
  asked_presence: ({ counter }) => Boolean(counter.presence),
  has_gesture: ({ counter }) => Boolean(counter.last_gesture),
};

/** Whether the state of the counter allows a gesture. */
export function isOffered(action, state) {
  const offer = state.gestures[action];
  if (!offer || !state.counter) return false;
  const isInPhase =
    offer.phases.includes(phaseOf(state)) || (isUnconfirmed(state) && offer.phases.includes("unconfirmed"));
  return isInPhase && (!offer.only_if || CONDITIONS[offer.only_if](state));
}

// bodies that are more, or less, than the choice of a panel
const BODIES = {
  next: ({ leg }) => (leg ? { current: leg.leg, current_end: "served" } : { current: null }),
  parked: ({ counter }) => ({ counter }),
  returned: () => undefined,
  receive_below: (_, choice) => ({ ...choice, reason: "step_free" }),
  pause: (_, choice) => ({ pause: choice }),
  resume: () => ({ pause: null }),
  undo: ({ last_gesture: gesture }) => ({ fact: gesture.fact }),
  join: (_, { takeOver }) => ({ take_over: Boolean(takeOver) }),
};

/** The request of a gesture of this console, or null when the state does not allow it. */
export function requestOf(action, state, choice = {}) {
  const { path, method, asks } = state.gestures[action] ?? {};
  if (!path || !isOffered(action, state)) return null;
  const { counter } = state;
  const places = {
    counter: counter.counter,
    leg: counter.leg?.leg,
    visit: counter.leg?.visit,
    chosen: choice.leg,
    other: choice.counter,
  };
  const body = BODIES[action] ? BODIES[action](counter, choice) : asks && choice;
  return {
    ...(method && { method }),
    path: path.replace(/\{(\w+)\}/, (_, name) => places[name]),
    ...(body && { body }),
  };
}

/** Whether a gesture is answered by the leg of this counter as it is afterwards. */
export function isAnsweredByLeg(/** @type {Offered} */ { action, path }) {
  return Boolean(path?.includes("{leg}")) || ["next", "chosen", "parked"].includes(action);
}

/** Whether an agent must give the outcome of a service before it ends; `services` are those of the hall. */
export function mustTell({ counter }, services) {
  const service = services.find(({ id }) => id === counter?.leg?.service);
  return service?.outcome === "mandatory" || service?.note === "mandatory";
}

/** The polite summary: at most one every 15 s, and only when the number of people waiting has moved. */
export function summaryDue(memory, waiting, nowMs) {
  if (memory.waiting === null) return { memory: { waiting, saidAtMs: nowMs }, more: null };
  if (nowMs - memory.saidAtMs < 15000 || waiting === memory.waiting) return { memory, more: null };
  return { memory: { waiting, saidAtMs: nowMs }, more: waiting - memory.waiting };
}
