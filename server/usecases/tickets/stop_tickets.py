"""Stop the tickets of a service for the rest of the day, and give them again."""

from typing import TypedDict

from server.domain.author import Author
from server.domain.hall.facts import tickets_reopened, tickets_stopped
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.tickets.numbers_given import stops_of_day
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.find_configured import find_service
from server.usecases.hours.opening import opening_now


class TicketsStoppedAnswer(TypedDict):
    """Whether tickets of a service are stopped for the rest of the day."""

    service: str
    is_stopped: bool


def stop_tickets(
    database: Database, hall: str, author: Author, *, service: str, write_key: WriteKey | None = None
) -> TicketsStoppedAnswer:
    """Gives no more tickets of a service today: requests count as not issued. Visitors who wait stay.

    Refusals: unknown_service, already_stopped.
    """

    def stop(transaction: HallTransaction) -> TicketsStoppedAnswer:
        find_service(transaction.configuration, service)
        on = opening_now(transaction.configuration, service, transaction.now).on
        if service in stops_of_day(transaction, transaction.hall, on):
            raise Refusal("already_stopped", service=service)
        transaction.record(tickets_stopped(new_id(), on, service=service))
        return {"service": service, "is_stopped": True}

    return database.write(hall, author, write_key, stop)


def reopen_tickets(
    database: Database, hall: str, author: Author, *, service: str, write_key: WriteKey | None = None
) -> TicketsStoppedAnswer:
    """Tickets of the service are given again. Refusals: unknown_service, not_stopped."""

    def reopen(transaction: HallTransaction) -> TicketsStoppedAnswer:
        find_service(transaction.configuration, service)
        on = opening_now(transaction.configuration, service, transaction.now).on
        stop = stops_of_day(transaction, transaction.hall, on).get(service)
        if stop is None:
            raise Refusal("not_stopped", service=service)
        transaction.record(tickets_reopened(stop.id, service=service))
        return {"service": service, "is_stopped": False}

    return database.write(hall, author, write_key, reopen)
