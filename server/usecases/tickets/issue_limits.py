"""Whether a ticket of a service may be given now, and the stop of its tickets for the rest of the day."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from server.domain.author import Author
from server.domain.hall.configuration import Service
from server.domain.hall.fold import tickets_reopened, tickets_stopped
from server.domain.hours.calendars import (
    ExpectedTicket,
    closing_that_counts,
    finishes_too_late,
    may_distribute,
)
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.tickets import quota_now
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.tickets.numbers_given import remaining_of, stops_of_day
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.find_configured import find_service
from server.usecases.hours.opening import OpeningNow, opening_now


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """A request for a ticket of a service.

    `is_early`: given by hand, also before the doors open. `is_stopped`: the tickets of the service are
    stopped today. `is_expected`: the visitor has an appointment and is received until the opening ends.
    """

    service: Service
    now: OpeningNow
    is_early: bool = False
    is_stopped: bool = False
    is_expected: bool = False

    def refusal(self, code: str) -> Refusal:
        """A refusal with this code that says when the service opens next."""
        next_at = self.now.opening.next_opens_at
        return Refusal(code, service=self.service.id, next_opening_at=to_text(next_at) if next_at else None)


def check_open(transaction: HallTransaction, request: IssueRequest) -> datetime | None:
    """The opening from which the wait counts where the doors are still closed, else None.

    Refusals: appointment_only, closed, too_late, stopped.
    """
    opening = request.now.opening
    if request.is_expected:
        if not opening.is_open:
            raise request.refusal("closed")
        return None
    if not request.service.may_walk_in:
        raise Refusal("appointment_only", service=request.service.id)
    before_s = transaction.configuration.distribution_before_s
    is_given = request.is_early and may_distribute(opening, before_s, now=transaction.now)
    if not opening.may_issue and not is_given:
        raise request.refusal("too_late" if opening.is_open else "closed")
    if request.is_stopped:
        raise Refusal("stopped", service=request.service.id)
    return opening.next_opens_at if is_given else None


def check_quota(transaction: HallTransaction, request: IssueRequest) -> None:
    """Refusal: full, when all tickets of the service for this half-day are given.

    Visitors with an appointment are never refused.
    """
    service = request.service
    calendar = transaction.configuration.calendar_of(service.id)
    quota = None if request.is_expected else quota_now(service.quota, calendar, transaction.now)
    if quota is not None and remaining_of(transaction, transaction.hall, service.id, quota) == 0:
        raise request.refusal("full")


def check_finish(transaction: HallTransaction, request: IssueRequest, wait_s: int | None) -> None:
    """Refusal: too_late, when the service would probably end after closing, where the hall wants it so."""
    configuration, opening = transaction.configuration, request.now.opening
    if wait_s is None or request.is_expected or not configuration.last_ticket.is_predictive:
        return
    calendar = configuration.calendar_of(request.service.id)
    closes_at = closing_that_counts(calendar, opening, configuration.at_break, now=transaction.now)
    expected = ExpectedTicket(wait_s, request.service.typed_mean_s)
    if finishes_too_late(configuration.last_ticket, closes_at, expected, now=transaction.now):
        raise request.refusal("too_late")


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
