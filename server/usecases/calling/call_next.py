"""Call the next leg, or a chosen one, to a counter; the current visit ends in the same transaction."""

from dataclasses import dataclass

from server.domain.author import Author
from server.domain.calling.facts import CalledBy, CalledLeg, leg_called
from server.domain.calling.queue_order import chosen_by_hand
from server.domain.facts import CallReason
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended, leg_started
from server.domain.visits.gestures import Verb, next_state, state_after
from server.domain.visits.transitions import EndReason, LegState
from server.ids import new_id
from server.store import hours
from server.store.counters import SessionPlace
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow, last_leg, leg_after
from server.usecases.answers import Leg, VisitFields, leg_answer
from server.usecases.calling.pick_next import CallingState, pick_next
from server.usecases.counters.own_session import session_held
from server.usecases.legs.checks import check_linked_elsewhere, check_no_alert, check_step_free
from server.usecases.legs.following_leg import NO_RESULT_STATED, StatedResult, end_served


@dataclass(frozen=True, slots=True)
class AtCounter:
    """What the console shows: its session, the leg at its counter (None: nobody), how that one ends.

    `result`: what the agent says of a service that ends.
    """

    session: str | None = None
    current: str | None = None
    current_end: str | None = None
    result: StatedResult = NO_RESULT_STATED


def call_next(
    database: Database,
    counter: str,
    author: Author,
    believed: AtCounter,
    *,
    write_key: WriteKey | None = None,
) -> Leg | None:
    """The leg called, or None when nobody waits; the current visit is ended first in both cases.

    Refusals: no_counter_session, wrong_state while paused, alert_in_force, stale when `current` is not the
    counter's leg, not_started when it was only called and no end was given.
    """

    def call(transaction: HallTransaction) -> Leg | None:
        place, current = _ready(transaction, counter, believed)
        state = CallingState(
            transaction, transaction.hall, transaction.configuration, transaction.open_legs, transaction.now
        )
        pick = pick_next(state, counter, place.terms)
        chosen = None if pick is None else state.legs.leg(pick.leg.id)
        _end_current(transaction, current, believed)
        if pick is None or chosen is None:
            return None
        by = CalledBy(counter, place.id)
        return record_call(transaction, by, chosen, why=pick.why())

    return database.write(database.hall_of_counter(counter), author, write_key, call)


def call_chosen(
    database: Database,
    counter: str,
    author: Author,
    believed: AtCounter,
    *,
    visit: str,
    reason: str,
    write_key: WriteKey | None = None,
) -> Leg:
    """The leg of a visit an agent picked out of order.

    Refusals: as call_next, unknown_visit, needs_step_free, linked_elsewhere while another counter serves a
    visit linked to it, wrong_state when it does not wait, on_break when nobody is called.
    """

    def call(transaction: HallTransaction) -> Leg:
        place, current = _ready(transaction, counter, believed)
        chosen = waiting_and_callable(transaction, visit, counter)
        _end_current(transaction, current, believed)
        why = chosen_by_hand(chosen.reference_at, transaction.now, reason)
        by = CalledBy(counter, place.id, reason)
        return record_call(transaction, by, chosen, why=why)

    return database.write(database.hall_of_counter(counter), author, write_key, call)


def waiting_and_callable(transaction: HallTransaction, visit: str, counter: str) -> LegRow:
    """The leg of a visit that waits and that a counter may call now, out of order.

    Refusals: unknown_visit, service_not_allowed, wrong_state when it does not wait, needs_step_free,
    linked_elsewhere, on_break.
    """
    chosen = last_leg(transaction, visit)
    if chosen is None or chosen.hall != transaction.hall:
        raise Refusal("unknown_visit", visit=visit)
    transaction.author.reach.check_leg(chosen)
    next_state(chosen.state, Verb.CALL)
    check_step_free(transaction, chosen, counter)
    check_linked_elsewhere(transaction, visit, counter)
    rest = hours.rest_of(transaction, transaction.hall, transaction.configuration, transaction.now)
    if rest is not None:
        raise Refusal("on_break", resumes_at=to_text(rest.resumes_at))
    return chosen


def record_call(transaction: HallTransaction, by: CalledBy, chosen: LegRow, *, why: CallReason) -> Leg:
    """Calls a leg to the counter of a session; the leg called.

    Where the call counts as the arrival the service begins with it, and the leg is in service.
    """
    called = CalledLeg(chosen.id, chosen.visit, chosen.number, new_id())
    fact = leg_called(called, by, why, is_again=chosen.first_called_at is not None)
    of_visit: VisitFields = {"needs": list(transaction.open_legs.needs(chosen.visit))}
    after = leg_after(chosen, transaction.record(fact).changes)
    service = transaction.configuration.services.get(chosen.service)
    if service is not None and service.confirmation == "call":
        start = leg_started(called.id, called.visit, counter=by.counter, by_call=called.call)
        after = leg_after(after, transaction.record(start).changes)
    return leg_answer(after, of_visit)


def _ready(
    transaction: HallTransaction, counter: str, believed: AtCounter
) -> tuple[SessionPlace, LegRow | None]:
    place = session_held(transaction, counter, believed.session)
    if place.is_paused:
        raise Refusal("wrong_state", state="paused", verb="next")
    check_no_alert(transaction)
    current = transaction.open_legs.at_counter(counter)
    if (current.id if current is not None else None) != believed.current:
        raise Refusal("stale", leg=current.id if current is not None else None)
    if current is not None and current.state == LegState.CALLED and believed.current_end is None:
        raise Refusal("not_started", leg=current.id)
    return place, current


def _end_current(transaction: HallTransaction, current: LegRow | None, believed: AtCounter) -> None:
    if current is None:
        return
    counter = current.counter
    if EndReason(believed.current_end or EndReason.SERVED) is EndReason.NO_SHOW:
        state_after(current, Verb.NO_SHOW)
        fact = leg_ended(current.id, current.visit, reason=EndReason.NO_SHOW, counter=counter)
    else:
        next_state(current.state, Verb.FINISH)
        fact = end_served(transaction, current, believed.result, counter=counter)
    transaction.record(fact)
