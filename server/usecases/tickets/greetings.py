"""Visitors helped without a ticket: greetings at the desk, which it may undo, and referrals of kiosks."""

from typing import NamedTuple, TypedDict

from server.domain.author import Author
from server.domain.facts import greeting_counted
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.domain.visits.facts import visitor_informed
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.counters.own_session import session_held
from server.usecases.hall_view import find_service
from server.usecases.hours.opening import opening_now


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
