"""The verbs on one leg: recall, start, finish, no-show, cancel, transfer, add, correct, reinstate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.author import Author
from server.domain.calling.facts import CalledLeg, leg_recalled
from server.domain.facts import Fact
from server.domain.hours.calendars import business_day, opening_at
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended, leg_started, leg_transferred, visit_reinstated
from server.domain.visits.gestures import Verb, next_state, state_after
from server.domain.visits.transitions import EndReason, LegState, is_unconfirmed
from server.domain.visits.verb_facts import CorrectService, LegAtCounter, service_added, service_corrected
from server.domain.visits.verb_limits import ReturnPlace
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.store.visits.legs import LegRow, last_leg, leg_after, leg_row
from server.usecases.answers import LegAnswer, leg_answer
from server.usecases.counters.own_session import place_of_gesture, session_held
from server.usecases.find_configured import find_counter
from server.usecases.legs.check_no_alert import check_no_alert
from server.usecases.legs.check_step_free import check_step_free
from server.usecases.legs.following_leg import (
    NO_RESULT_STATED,
    DestinationAnswer,
    LegPlace,
    StatedResult,
    added_services,
    check_instant,
    destination_of,
    end_served,
    ended_leg,
    keep_note,
    service_received,
    successor,
)

MOST_ADDED = 4
"""How many services may be added to one leg."""
NO_PENALTY_TO_CANCEL = timedelta(minutes=2)
"""Cancelled later than this after its issue a visit counts as abandoned (glossary, cancelled)."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """Who does a verb to a leg (id), from which counter session (None: without a counter).

    `counter`: the place of that session, where the leg is at none.
    `is_before_call`: the verb is refused unless the leg waits.
    """

    leg: str
    author: Author
    session: str | None = None
    is_before_call: bool = False
    counter: str | None = None


def _is_at_counter(leg: LegRow) -> bool:
    return leg.counter is not None and leg.state in (LegState.CALLED, LegState.IN_SERVICE)


def counter_of_gesture(transaction: HallTransaction, gesture: Gesture, leg: LegRow) -> str | None:
    """The counter a verb is done from: the leg's own while it is there, else a place of the session."""
    if _is_at_counter(leg):
        return leg.counter
    return place_of_gesture(transaction, gesture.session, gesture.counter)


def hall_of_leg(database: Database, leg: str) -> str:
    """The hall of a leg. Refusal: unknown_leg."""
    with database.read() as rows:
        hall = legs.hall_of(rows, leg)
    if hall is None:
        raise Refusal("unknown_leg", leg=leg)
    return hall


def apply_verb(
    database: Database,
    gesture: Gesture,
    decide: Callable[[HallTransaction, LegRow], Fact],
    write_key: WriteKey | None,
) -> LegAnswer:
    """Records the fact that `decide` makes of a leg. Returns the leg after it.

    A leg at a counter must be at one of the gesture's session.
    Refusals: unknown_leg, service_not_allowed, wrong_state, no_counter_session, those of `decide`.
    """

    def apply(transaction: HallTransaction) -> LegAnswer:
        return leg_answer(_applied(transaction, gesture, decide))

    return database.write(hall_of_leg(database, gesture.leg), gesture.author, write_key, apply)


def _applied(
    transaction: HallTransaction, gesture: Gesture, decide: Callable[[HallTransaction, LegRow], Fact]
) -> LegRow:
    """Records the fact that `decide` makes of a leg; the leg after it. Refusals: as `apply_verb`."""
    leg = leg_row(transaction, gesture.leg)
    if leg is None:
        raise Refusal("unknown_leg", leg=gesture.leg)
    transaction.author.reach.check_leg(leg)
    if gesture.is_before_call and leg.state != LegState.WAITING:
        raise Refusal("wrong_state", state=leg.state)
    if leg.counter is not None and _is_at_counter(leg):
        session_held(transaction, leg.counter, gesture.session)
    return leg_after(leg, transaction.record(decide(transaction, leg)).changes)


def recall(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """Calls the same leg again, rank one higher, same counter.

    Refusals: wrong_state, no_counter_session, alert_in_force, recalled_too_often, recalled_too_soon.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        state_after(leg, Verb.RECALL)
        check_no_alert(transaction)
        _check_recall(transaction, leg)
        assert leg.call is not None
        assert leg.counter is not None
        called = CalledLeg(leg.id, leg.visit, leg.number, leg.call)
        counts = is_unconfirmed(leg)
        return leg_recalled(called, counter=leg.counter, rank=leg.rank + 1, is_arrival=counts)

    return apply_verb(database, gesture, decide, write_key)


def _check_recall(transaction: HallTransaction, leg: LegRow) -> None:
    limits = transaction.configuration.limits
    if leg.rank > limits.most_recalls:
        raise Refusal("recalled_too_often", most=limits.most_recalls)
    assert leg.last_called_at is not None
    since = transaction.now - leg.last_called_at
    if leg.rank > 1 and since < timedelta(seconds=limits.recall_after_s):
        raise Refusal("recalled_too_soon", seconds=limits.recall_after_s)


def start(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """The visitor is at the counter. Refusals: wrong_state, no_counter_session."""

    def decide(_: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.START)
        assert leg.counter is not None
        return leg_started(leg.id, leg.visit, counter=leg.counter)

    return apply_verb(database, gesture, decide, write_key)


def finish(
    database: Database,
    gesture: Gesture,
    *,
    result: StatedResult = NO_RESULT_STATED,
    write_key: WriteKey | None = None,
) -> LegAnswer:
    """The service has ended. A leg that was only called counts as served without a start press.

    Refusals: wrong_state, no_counter_session, outcome_missing, note_missing.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.FINISH)
        return end_served(transaction, leg, result, counter=leg.counter)

    return apply_verb(database, gesture, decide, write_key)


def no_show(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """The visitor did not come. Refusals: wrong_state, no_counter_session."""

    def decide(_: HallTransaction, leg: LegRow) -> Fact:
        state_after(leg, Verb.NO_SHOW)
        return leg_ended(leg.id, leg.visit, reason=EndReason.NO_SHOW, counter=leg.counter)

    return apply_verb(database, gesture, decide, write_key)


def cancel(
    database: Database, gesture: Gesture, *, reason: str, write_key: WriteKey | None = None
) -> LegAnswer:
    """Voids a visit (misprint, double press). Refusals: wrong_state, no_counter_session.

    More than two minutes after its issue it counts as abandoned.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.CANCEL)
        is_early = transaction.now - leg.issued_at <= NO_PENALTY_TO_CANCEL
        end = EndReason.CANCELLED if is_early else EndReason.ABANDONED
        counter = counter_of_gesture(transaction, gesture, leg)
        return leg_ended(leg.id, leg.visit, reason=end, counter=counter, note=reason)

    return apply_verb(database, gesture, decide, write_key)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a visit goes: a service, or a counter (with the service kept), and its place there.

    `note`: for who receives it there.
    """

    service: str | None = None
    counter: str | None = None
    place: ReturnPlace = "arrival"
    not_before: datetime | None = None
    note: str | None = None


class TransferredLeg(LegAnswer):
    """A leg that was transferred, where its visit goes, and whether that receives now."""

    destination: DestinationAnswer


def transfer(
    database: Database, gesture: Gesture, *, to: Destination, write_key: WriteKey | None = None
) -> TransferredLeg:
    """Sends a visit to another service or counter: same number, a new leg with the rank of its arrival.

    `to` may say: at the front, at the end, or not before an instant of the same day.
    Refusals: wrong_state, unknown_service, unknown_counter, closed, not_today.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.TRANSFER)
        if to.counter is not None:
            find_counter(transaction.configuration, to.counter)
            check_step_free(transaction, leg, to.counter)
        service = service_received(transaction, to.service or leg.service)
        check_instant(transaction, to.not_before)
        new_leg = successor(transaction, leg, service, LegPlace(to.counter, to.place, to.not_before))
        note = keep_note(transaction, leg, to.note) if to.note else None
        counter = counter_of_gesture(transaction, gesture, leg)
        return leg_transferred(ended_leg(leg), new_leg, counter=counter, note=note)

    def send(transaction: HallTransaction) -> TransferredLeg:
        ended = _applied(transaction, gesture, decide)
        destination = destination_of(transaction, to.service or ended.service, to.counter)
        return {**leg_answer(ended), "destination": destination}

    return database.write(hall_of_leg(database, gesture.leg), gesture.author, write_key, send)


def add_service(
    database: Database, gesture: Gesture, *, service: str, write_key: WriteKey | None = None
) -> LegAnswer:
    """Adds a service to a visit: its leg opens when this one has been served; number and rank stay.

    Refusals: wrong_state, no_counter_session, unknown_service, closed, added_too_many.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.ADD_SERVICE)
        added = service_received(transaction, service)
        before = added_services(leg)
        if len(before) >= MOST_ADDED:
            raise Refusal("added_too_many", most=MOST_ADDED)
        return service_added(LegAtCounter(leg.id, leg.visit, leg.counter), [*before, added.id])

    return apply_verb(database, gesture, decide, write_key)


def correct_service(
    database: Database, gesture: Gesture, *, service: str, write_key: WriteKey | None = None
) -> LegAnswer:
    """The visitor came for another service: the leg goes on under it, with its number and rank.

    Refusals: wrong_state, no_counter_session, unknown_service, closed, same_service.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.CORRECT_SERVICE)
        right = service_received(transaction, service)
        if right.id == leg.service:
            raise Refusal("same_service", service=right.id)
        at_counter = LegAtCounter(leg.id, leg.visit, counter_of_gesture(transaction, gesture, leg))
        corrected = CorrectService(right.id, right.queue, right.target_for(leg.class_))
        return service_corrected(at_counter, corrected)

    return apply_verb(database, gesture, decide, write_key)


def reinstate(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """A no-show of the same half-day is back: a new leg lets some calls pass, then has its rank by arrival.

    Answers the new leg. Refusals: wrong_state when the visit's last leg is not a no-show,
    other_half_day, reinstated_too_often.
    """

    def come_back(transaction: HallTransaction) -> LegAnswer:
        counter = place_of_gesture(transaction, gesture.session, gesture.counter)
        leg = leg_row(transaction, gesture.leg)
        assert leg is not None
        transaction.author.reach.check_leg(leg)
        _check_may_come_back(transaction, leg)
        limits = transaction.configuration.limits
        new_leg = replace(
            successor(transaction, leg, transaction.configuration.services[leg.service]),
            reinstated_from=leg.id,
            reinstatements=leg.reinstatements + 1,
            lets_pass=limits.reinstate_after_calls,
        )
        transaction.record(visit_reinstated(ended_leg(leg), new_leg, counter=counter))
        after = leg_row(transaction, new_leg.id)
        assert after is not None
        return leg_answer(after)

    return database.write(hall_of_leg(database, gesture.leg), gesture.author, write_key, come_back)


def _check_may_come_back(transaction: HallTransaction, leg: LegRow) -> None:
    last = last_leg(transaction, leg.visit)
    if leg.end_reason != EndReason.NO_SHOW or last is None or last.id != leg.id or leg.ended_at is None:
        raise Refusal("wrong_state", state=leg.state, verb="reinstate")
    calendar = transaction.configuration.calendar
    next_opens_at = opening_at(calendar, leg.ended_at).next_opens_at
    has_opened_since = next_opens_at is not None and next_opens_at <= transaction.now
    if has_opened_since or leg.business_day != business_day(calendar, transaction.now):
        raise Refusal("other_half_day")
    most = transaction.configuration.limits.most_reinstatements
    if leg.reinstatements >= most:
        raise Refusal("reinstated_too_often", most=most)
