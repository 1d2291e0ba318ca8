"""A visitor waits again or is set aside: postpone, park, resume, and the return when a timer ends."""

from datetime import timedelta

from server.domain.author import SYSTEM
from server.domain.calling.queue_order import sort_key
from server.domain.facts import Fact
from server.domain.instants import from_micros, to_micros
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState, Verb, next_state, state_after
from server.domain.visits.verb_facts import (
    LegAtCounter,
    WaitingPlace,
    leg_parked,
    leg_postponed,
    leg_resumed,
    leg_returned,
)
from server.domain.visits.verb_limits import ReturnPlace
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Row
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.usecases.answers import Answer, leg_answer
from server.usecases.counters.own_session import place_of_gesture, session_held
from server.usecases.legs.check_linked_elsewhere import check_linked_elsewhere
from server.usecases.legs.check_no_alert import check_no_alert
from server.usecases.legs.check_step_free import check_step_free
from server.usecases.visits.leg_verbs import Gesture, apply_verb, hall_of_leg

_DUE = (
    f"SELECT {legs.LEG_COLUMNS} FROM leg WHERE hall = :hall"
    " AND state IN ('called', 'in_service', 'parked') AND state = 'parked' AND not_before <= :now"
    " ORDER BY not_before, id"
)


def postpone(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """Called and not there yet: waits again and lets some calls of its queue pass, then has its rank.

    Refusals: wrong_state, no_counter_session, postponed_too_often.
    """

    def decide(transaction: HallTransaction, row: Row) -> Fact:
        state_after(row, Verb.POSTPONE)
        limits, before = transaction.configuration.limits, row["postponements"] or 0
        if before >= limits.most_postponements:
            raise Refusal("postponed_too_often", most=limits.most_postponements)
        leg = LegAtCounter(row["id"], row["visit"], row["counter"])
        return leg_postponed(leg, lets_pass=limits.postpone_after_calls, postponements=before + 1)

    return apply_verb(database, gesture, decide, write_key)


def park(
    database: Database,
    gesture: Gesture,
    *,
    for_s: int | None = None,
    place: ReturnPlace | None = None,
    write_key: WriteKey | None = None,
) -> Answer:
    """Served partly and set aside, until a counter resumes or the timer brings the visitor back to waiting.

    `for_s` and `place`: the hall's own unless told. Refusals: wrong_state, no_counter_session,
    parked_too_long.
    """

    def decide(transaction: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.PARK)
        limits = transaction.configuration.limits
        seconds = limits.park_s if for_s is None else for_s
        if seconds > limits.most_park_s:
            raise Refusal("parked_too_long", most_minutes=limits.most_park_s // 60)
        leg = LegAtCounter(row["id"], row["visit"], row["counter"])
        until = transaction.now + timedelta(seconds=seconds)
        return leg_parked(leg, until=until, place=place or limits.park_return)

    return apply_verb(database, gesture, decide, write_key)


def resume(
    database: Database, gesture: Gesture, *, counter: str | None = None, write_key: WriteKey | None = None
) -> Answer:
    """A parked visitor is served again, at `counter` or that of the gesture's session.

    Refusals: not_parked when another counter took them or they wait again, alert_in_force,
    no_counter_session, counter_busy, needs_step_free, linked_elsewhere, wrong_state while the counter pauses.
    """

    def serve_again(transaction: HallTransaction) -> Answer:
        row = legs.leg(transaction, gesture.leg)
        assert row is not None
        if row["state"] != LegState.PARKED:
            raise Refusal("not_parked", state=row["state"])
        check_no_alert(transaction)
        place = session_held(transaction, counter or _counter_of(transaction, gesture), gesture.session)
        if place.is_paused:
            raise Refusal("wrong_state", state="paused", verb=str(Verb.RESUME))
        current = legs.leg_at_counter(transaction, place.counter)
        if current is not None:
            raise Refusal("counter_busy", leg=current["id"])
        check_step_free(transaction, row, place.counter)
        check_linked_elsewhere(transaction, row["visit"], place.counter)
        leg = LegAtCounter(row["id"], row["visit"], place.counter)
        fact = leg_resumed(leg, session=place.id, parked_s=_parked_s(transaction, row))
        return leg_answer(transaction.record(fact).after(row))

    return database.write(hall_of_leg(database, gesture.leg), gesture.author, write_key, serve_again)


def return_parked(database: Database, hall: str) -> int:
    """Brings the parked legs of a hall (id) whose timer has ended back to waiting; how many.

    Safe with several workers: all is decided under the hall's lock.
    """
    with database.read() as rows:
        if not rows.all(_DUE, hall=hall, now=to_micros(database.clock.now())):
            return 0
    with database.transaction(hall, SYSTEM) as transaction:
        due = transaction.all(_DUE, hall=hall, now=to_micros(transaction.now))
        for row in due:
            transaction.record(_return(transaction, row))
    return len(due)


def _return(transaction: HallTransaction, row: Row) -> Fact:
    next_state(row["state"], Verb.RETURN_TO_QUEUE)
    place = row["return_place"]
    reference = transaction.now if place == "end" else from_micros(row["reference_at"])
    step = 0 if place == "front" else 1
    waits_at = WaitingPlace(
        sort_key(row["class"], reference, row["number"], step=step), reference, is_at_front=place == "front"
    )
    leg = LegAtCounter(row["id"], row["visit"], None)
    return leg_returned(leg, waits_at)


def _parked_s(transaction: HallTransaction, row: Row) -> int:
    since = transaction.now - from_micros(row["parked_at"])
    return int(row["parked_s"] or 0) + max(0, int(since.total_seconds()))


def _counter_of(transaction: HallTransaction, gesture: Gesture) -> str:
    counter = place_of_gesture(transaction, gesture.session, gesture.counter)
    if counter is None:
        raise Refusal("no_counter_session")
    return counter
