"""Visitors helped without a ticket: greetings at the desk, which it may undo, and referrals of kiosks."""

from typing import NamedTuple, TypedDict

from server.domain.author import Author
from server.domain.facts import gesture_undone, greeting_counted
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.domain.visits.facts import visitor_informed
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.tickets import greetings_at_no_counter, is_undone
from server.usecases.counters.own_session import session_held
from server.usecases.hall_view import find_service
from server.usecases.hours.opening import opening_now
from server.usecases.visits.gestures import MAY_UNDO_FOR, RestoredRow, restored_body


class GreetedAt(NamedTuple):
    """A counter, and the session of its author."""

    counter: str
    session: str | None = None


class GreetingAnswer(TypedDict):
    """Somebody who was helped without a ticket."""

    greeting: str
    service: str


def count_greeting(
    database: Database,
    hall: str,
    author: Author,
    *,
    service: str,
    at: GreetedAt | None = None,
    write_key: WriteKey | None = None,
) -> GreetingAnswer:
    """Counts a greeting, at a counter of the author's own session or at none.

    Refusals: unknown_service, unknown_counter, no_counter_session.
    """

    def count(transaction: HallTransaction) -> GreetingAnswer:
        configuration = transaction.configuration
        find_service(configuration, service)
        counter = None if at is None else at.counter
        if at is not None:
            if at.counter not in configuration.counters:
                raise Refusal("unknown_counter", counter=at.counter)
            session_held(transaction, at.counter, at.session)
        greeting = new_id()
        on = opening_now(configuration, service, transaction.now).on
        transaction.record(greeting_counted(greeting, on, service=service, counter=counter))
        return {"greeting": greeting, "service": service}

    return database.write(hall, author, write_key, count)


MOST_READ = 40
"""How many of the greetings counted last are searched."""


class GreetingUndoneAnswer(TypedDict):
    """A greeting that was taken back, and the fact that had counted it."""

    undone: str
    greeting: str


def undo_greeting(
    database: Database, hall: str, author: Author, greeting: str, *, write_key: WriteKey | None = None
) -> GreetingUndoneAnswer:
    """Takes back a greeting that was counted at no counter: no figure counts it any more.

    Refusals: wrong_state when there is no such greeting or it was taken back, too_late_to_undo after five
    minutes.
    """

    def undo(transaction: HallTransaction) -> GreetingUndoneAnswer:
        fact = _counted(transaction, greeting)
        row = RestoredRow("greeting", greeting, {"is_undone": True})
        transaction.record(gesture_undone([fact], None, counter=None, restored=restored_body([row])))
        return {"undone": fact, "greeting": greeting}

    return database.write(hall, author, write_key, undo)


def _counted(transaction: HallTransaction, greeting: str) -> str:
    """The id of the fact of a greeting that may be taken back. Refusals: wrong_state, too_late_to_undo."""
    facts = greetings_at_no_counter(transaction, transaction.hall, limit=MOST_READ)
    fact = next((each for each in facts if each.body["id"] == greeting), None)
    if fact is None or is_undone(transaction, transaction.hall, greeting) is not False:
        raise Refusal("wrong_state", verb="undo")
    if transaction.now - fact.happened_at > MAY_UNDO_FOR:
        raise Refusal("too_late_to_undo", minutes=int(MAY_UNDO_FOR.total_seconds() // 60))
    return fact.id


class InformedAnswer(TypedDict):
    """A referral that informed a visitor."""

    referral: str


def inform_visitor(
    database: Database, hall: str, author: Author, referral: str, *, write_key: WriteKey | None = None
) -> InformedAnswer:
    """Counts that a kiosk said how something is done without its ticket. Refusal: unknown_referral."""

    def inform(transaction: HallTransaction) -> InformedAnswer:
        configuration = transaction.configuration
        found = configuration.referrals.get(referral)
        if found is None or found.is_retired:
            raise Refusal("unknown_referral", referral=referral)
        on = business_day(configuration.calendar, transaction.now)
        transaction.record(visitor_informed(new_id(), on, referral=referral, device=author.device))
        return {"referral": referral}

    return database.write(hall, author, write_key, inform)
