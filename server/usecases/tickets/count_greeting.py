"""« +1 reçu sans ticket »: someone was helped at the desk without a ticket."""

from typing import NamedTuple, TypedDict

from server.domain.author import Author
from server.domain.facts import greeting_counted
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.counters.own_session import session_held
from server.usecases.find_configured import find_service
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
