"""The verbs on one leg: recall, start, finish, no-show, cancel, transfer, reinstate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from server.domain.calendars import business_day
from server.domain.configuration import Service
from server.domain.facts import (
    CalledLeg,
    EndedLeg,
    Fact,
    NewLeg,
    leg_ended,
    leg_recalled,
    leg_started,
    leg_transferred,
    visit_reinstated,
)
from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.domain.rules import sort_key
from server.domain.transitions import EndReason, LegState, Verb, next_state
from server.ids import new_id
from server.store import waiting
from server.store.database import Database, HallTransaction, WriteKey
from server.store.engines import Row
from server.store.installation import Author
from server.usecases.answers import Answer, leg_answer
from server.usecases.counter_sessions import session_held
from server.usecases.step_free import check_step_free

MOST_REINSTATEMENTS = 2
"""How often a no-show may come back in one visit (glossary, reinstate)."""
NO_PENALTY_TO_CANCEL = timedelta(minutes=2)
"""Cancelled later than this after its issue a visit counts as abandoned (glossary, cancelled)."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """Who does a verb to which leg, from which counter session (None: without a counter).

    `is_before_call`: whoever does it may do so only while the leg waits.
    """

    leg: str
    author: Author
    session: str | None = None
    is_before_call: bool = False


def counter_of_gesture(transaction: HallTransaction, gesture: Gesture, row: Row) -> str | None:
    """The counter a verb is done from: the leg's own while it is there, else that of the session."""
    if row["counter"] is not None and row["state"] in (LegState.CALLED, LegState.IN_SERVICE):
        return str(row["counter"])
    if gesture.session is None:
        return None
    found = transaction.one(
        "SELECT counter FROM counter_session WHERE id = :session AND closed_at IS NULL",
        session=gesture.session,
    )
    return None if found is None else str(found["counter"])


def hall_of_leg(database: Database, leg: str) -> str:
    """The hall of a leg. Refusal: unknown_leg."""
    with database.read() as rows:
        row = rows.one("SELECT hall FROM leg WHERE id = :leg", leg=leg)
    if row is None:
        raise Refusal("unknown_leg", leg=leg)
    return str(row["hall"])


def apply_verb(
    database: Database,
    gesture: Gesture,
    decide: Callable[[HallTransaction, Row], Fact],
    write_key: WriteKey | None,
) -> Answer:
    """Records what `decide` makes of the leg as it is, from its counter's session; the leg after it."""
    with database.transaction(hall_of_leg(database, gesture.leg), gesture.author, write_key) as transaction:
        if transaction.is_replayed:
            return dict(transaction.replayed_answer)
        row = waiting.leg(transaction, gesture.leg)
        if row is None:
            raise Refusal("unknown_leg", leg=gesture.leg)
        if gesture.is_before_call and row["state"] != LegState.WAITING:
            raise Refusal("wrong_state", state=row["state"])
        if row["counter"] is not None and row["state"] in (LegState.CALLED, LegState.IN_SERVICE):
            session_held(transaction, row["counter"], gesture.session)
        recorded = transaction.record(decide(transaction, row))
        return transaction.answer(leg_answer(recorded.after(row)))


def recall(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """Calls the same leg again, rank one higher, same counter. Refusals: wrong_state, no_counter_session."""

    def decide(_: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.RECALL)
        called = CalledLeg(row["id"], row["visit"], row["number"], row["call"])
        return leg_recalled(called, counter=row["counter"], rank=row["rank"] + 1)

    return apply_verb(database, gesture, decide, write_key)


def start(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """The visitor is at the counter. Refusals: wrong_state, no_counter_session."""

    def decide(_: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.START)
        return leg_started(row["id"], row["visit"], counter=row["counter"])

    return apply_verb(database, gesture, decide, write_key)


def finish(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """The service has ended. A leg that was only called counts as served without a start press."""

    def decide(_: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.FINISH)
        return leg_ended(row["id"], row["visit"], reason=EndReason.SERVED, counter=row["counter"])

    return apply_verb(database, gesture, decide, write_key)


def no_show(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """The visitor did not come. Refusals: wrong_state, no_counter_session."""

    def decide(_: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.NO_SHOW)
        return leg_ended(row["id"], row["visit"], reason=EndReason.NO_SHOW, counter=row["counter"])

    return apply_verb(database, gesture, decide, write_key)


def cancel(database: Database, gesture: Gesture, *, reason: str, write_key: WriteKey | None = None) -> Answer:
    """Voids a visit (misprint, double press).

    More than two minutes after its issue it counts as abandoned.
    """

    def decide(transaction: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.CANCEL)
        is_early = transaction.now - from_micros(row["issued_at"]) <= NO_PENALTY_TO_CANCEL
        end = EndReason.CANCELLED if is_early else EndReason.ABANDONED
        counter = counter_of_gesture(transaction, gesture, row)
        return leg_ended(row["id"], row["visit"], reason=end, counter=counter, note=reason)

    return apply_verb(database, gesture, decide, write_key)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a visit goes: a service, or a counter (with the service kept)."""

    service: str | None = None
    counter: str | None = None


def transfer(
    database: Database, gesture: Gesture, *, to: Destination, write_key: WriteKey | None = None
) -> Answer:
    """Sends a visit to another service or counter: same number, a new leg with the rank of its arrival.

    Refusals: wrong_state, unknown_service, unknown_counter, nobody_serves when that counter does not exist.
    """

    def decide(transaction: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.TRANSFER)
        service = _destination(transaction, row, to)
        if to.counter is not None:
            check_step_free(transaction, row, to.counter)
        new_leg = _successor(transaction, row, service, for_counter=to.counter)
        return leg_transferred(_ended(row), new_leg, counter=counter_of_gesture(transaction, gesture, row))

    return apply_verb(database, gesture, decide, write_key)


def reinstate(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """A no-show of the same day is back and waits in a new leg, with the rank of now. Answers the new leg.

    Refusals: wrong_state when the visit's last leg is not a no-show, reinstated_too_often after the second
    time.
    """
    with database.transaction(hall_of_leg(database, gesture.leg), gesture.author, write_key) as transaction:
        if transaction.is_replayed:
            return dict(transaction.replayed_answer)
        row = waiting.leg(transaction, gesture.leg)
        assert row is not None
        last = transaction.one(
            "SELECT max(position) AS position FROM leg WHERE visit = :visit", visit=row["visit"]
        )
        if row["end_reason"] != EndReason.NO_SHOW or last is None or last["position"] != row["position"]:
            raise Refusal("wrong_state", state=row["state"], verb="reinstate")
        if (
            row["business_day"]
            != business_day(transaction.configuration.calendar, transaction.now).isoformat()
        ):
            raise Refusal("wrong_state", state=row["state"], verb="reinstate")
        if row["reinstatements"] >= MOST_REINSTATEMENTS:
            raise Refusal("reinstated_too_often", most=MOST_REINSTATEMENTS)
        service = transaction.configuration.services[row["service"]]
        new_leg = _successor(transaction, row, service, is_reinstated=True)
        counter = counter_of_gesture(transaction, gesture, row)
        transaction.record(visit_reinstated(_ended(row), new_leg, counter=counter))
        after = waiting.leg(transaction, new_leg.id)
        assert after is not None
        return transaction.answer(leg_answer(after))


def _ended(row: Row) -> EndedLeg:
    return EndedLeg(row["id"], row["visit"], row["number"], row["business_day"])


def _destination(transaction: HallTransaction, row: Row, to: Destination) -> Service:
    configuration = transaction.configuration
    if to.counter is not None and to.counter not in configuration.counters:
        raise Refusal("unknown_counter", counter=to.counter)
    service = configuration.services.get(to.service or row["service"])
    if service is None or service.is_retired:
        raise Refusal("unknown_service", service=to.service)
    return service


def _successor(
    transaction: HallTransaction,
    row: Row,
    service: Service,
    *,
    for_counter: str | None = None,
    is_reinstated: bool = False,
) -> NewLeg:
    """The leg that follows: a transfer keeps the rank of the visit's arrival.

    A return takes the rank of now.
    """
    reference = transaction.now if is_reinstated else from_micros(row["reference_at"])
    return NewLeg(
        id=new_id(),
        position=row["position"] + 1,
        service=service.id,
        queue=service.queue,
        visit_class=row["class"],
        priority=row["priority"],
        target_s=service.target_for(row["class"]),
        sort_key=sort_key(row["class"], reference, row["number"]),
        arrived_at=transaction.now,
        issued_at=transaction.now,
        configuration_revision=transaction.configuration.revision,
        series=row["series"],
        reference_at=reference,
        is_out_of_series=True,
        for_counter=for_counter,
        reinstated_from=row["id"] if is_reinstated else None,
        reinstatements=row["reinstatements"] + (1 if is_reinstated else 0),
    )
