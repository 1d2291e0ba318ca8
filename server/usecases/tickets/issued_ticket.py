"""A ticket that is given: its answer, its token once more, a repeated press, a new paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict

from hardware.json_types import Count, InstantText, Texts
from hardware.verdict import Verdict
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hall.fold import tickets_reopened, tickets_stopped
from server.domain.hours import calendars
from server.domain.instants import to_text
from server.domain.refusals import Refusal, existing
from server.domain.tickets import StopReason, quota_now
from server.ids import new_id, token_digest
from server.store.devices.print_jobs import queue_job
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import tickets
from server.store.visits.tickets import PaperRow, PressedTicket
from server.store.visits.visits import VisitRow, visit_row
from server.usecases.answers import AnnouncedWait, quoted_answer
from server.usecases.appointments.arrivals import AppointmentArrival, arrival_answer
from server.usecases.hall_view import find_service
from server.usecases.hours.opening import OpeningNow, opening_now
from server.usecases.printing.print_jobs import PrintState, label_of_printer, queued_answer
from server.usecases.tickets.together import TogetherAnswer, read_together, visits_of


class TicketFields(AnnouncedWait):
    """What everybody is told of a ticket."""

    visit: str
    number: str
    service: str
    service_names: Texts
    """Empty for a service that is no longer configured."""
    issued_at: InstantText
    ahead: Count | None
    """How many are called before; null: nobody knows any more."""
    short_code: str
    """Eight characters that open the ticket on a phone, today only."""
    print: PrintState | None
    appointment: NotRequired[AppointmentArrival]
    together: NotRequired[TogetherAnswer]
    """With the tickets that it was linked to at its issue; left out for one that was not."""


class _NewOrNot(TypedDict):
    is_new: bool
    """Whether its press issued it."""


class KeptTicket(TicketFields, _NewOrNot):
    """A ticket as it is kept for a repetition of its request. Its token is not: only a digest of it is."""


class IssuedTicket(TicketFields, _NewOrNot):
    """A ticket with the wait that it announces."""

    token: str
    is_repeated: bool
    """It answers the same request once more."""


def answered_again(database: Database, transaction: HallTransaction, kept: KeptTicket) -> IssuedTicket:
    """The answer to a request that is repeated, with the token of its ticket."""
    token = token_again(database, transaction, kept["visit"])
    return {**kept, "token": token, "is_repeated": True}


def token_again(database: Database, transaction: HallTransaction, visit: str) -> str:
    """The token of a ticket; a new one instead of it where it was made with another key."""
    tokens = database.ticket_tokens
    row = tickets.token_of_visit(transaction, visit)
    found = None if row is None else tokens.remake(visit, digest=row.token_digest)
    if found is not None:
        return found
    token = tokens.of(visit)
    tickets.renew_token(transaction, visit, digest=token_digest(token))
    return token


def is_pressed(database: Database, press: str) -> bool:
    """Whether a press gave a ticket already."""
    with database.read() as rows:
        return tickets.has_ticket(rows, press)


def pressed_before(database: Database, transaction: HallTransaction, press: str) -> IssuedTicket:
    """The ticket that a press gave before. Refusal: press_elsewhere, when another device made that press."""
    row = tickets.ticket_of_press(transaction, press)
    assert row is not None
    author = transaction.author
    is_own = row.press_by == author.device if author.device else author.is_same(row.press_by)
    if not is_own or row.hall != transaction.hall:
        raise Refusal("press_elsewhere", press_id=press)
    ahead = None if row.body is None else row.body["ahead"]
    arrival = arrival_answer(transaction.configuration, row.service, row.booked_at, row.arrived_at)
    service = transaction.configuration.services.get(row.service)
    quoted = quoted_answer(row.quoted_low_s, row.quoted_median_s, row.quoted_high_s)
    answer: IssuedTicket = {
        "visit": row.visit,
        "number": row.number,
        "service": row.service,
        "service_names": {} if service is None else dict(service.names),
        "issued_at": to_text(row.issued_at),
        "ahead": ahead,
        "wait": quoted["wait"],
        "why_no_wait": quoted["why_no_wait"],
        "token": token_again(database, transaction, row.visit),
        "short_code": row.short_code,
        "print": _print(row, transaction.configuration),
        "is_new": False,
        "is_repeated": False,
    }
    if arrival is not None:
        answer["appointment"] = arrival
    together = read_together(transaction, transaction.open_legs, row.visit)
    if together is not None:
        answer["together"] = together
    return answer


def _print(row: PressedTicket, configuration: HallConfiguration) -> PrintState | None:
    """The first print job of a ticket; None where nothing was printed."""
    if row.job is None or row.job_state is None:
        return None
    verdict = None if row.job_verdict is None else Verdict(row.job_verdict)
    answer: PrintState = {"job": row.job, "state": row.job_state, "verdict": verdict}
    if row.job_printer is not None and row.job_first_printer is not None:
        answer["other_printer"] = label_of_printer(configuration, row.job_printer)
    return answer


def reprint_ticket(
    database: Database, hall: str, author: Author, visit: str, *, write_key: WriteKey | None = None
) -> PrintState:
    """The new print job, recorded as a fact.

    The printer is that of the first paper, else the first of the hall: a kiosk may have lost its own.
    Refusals: unknown_visit, no_printer when the hall has no printer.
    """

    def reprint(transaction: HallTransaction) -> PrintState:
        found = visit_row(transaction, visit)
        if found is None or found.hall != transaction.hall:
            raise Refusal("unknown_visit", visit=visit)
        last = tickets.last_paper(transaction, visit) or _paper_with_others(transaction, found)
        printers = [kiosk.id for kiosk in transaction.configuration.kiosks.values() if kiosk.prints]
        if not printers:
            raise Refusal("no_printer")
        if last is None:
            last = PaperRow(printers[0], copy=0, document={"kind": "ticket", "language": "fr", "ahead": None})
        printer = last.printer if last.printer in printers else printers[0]
        copy = last.copy + 1
        token_again(database, transaction, visit)  # renewed where it was made with another key
        content = {**last.document, "is_reprint": True}
        job = queue_job(transaction, printer, visit=visit, copy=copy, content=content)
        transaction.record(of_kind(FactKind.TICKET_REPRINTED, visit=visit, job=job, copy=copy))
        return queued_answer(job)

    return database.write(hall, author, write_key, reprint)


def _paper_with_others(transaction: HallTransaction, row: VisitRow) -> PaperRow | None:
    """The first paper of a visit whose number is on that of another; None where it is on none."""
    for visit in visits_of(transaction.open_legs, row):
        paper = tickets.last_paper(transaction, visit)
        if paper is not None and row.number in paper.document.get("numbers", ()):
            document = {"kind": "ticket", "language": paper.document["language"], "ahead": None}
            return PaperRow(paper.printer, copy=0, document=document)
    return None


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """A request for a ticket of a service.

    `is_early`: given by hand, also before the doors open. `stop`: why the tickets of the service are
    stopped today, None: they are not. `is_expected`: the visitor has an appointment and is received until
    the opening ends. `people`: for how many the tickets are.
    """

    service: Service
    now: OpeningNow
    is_early: bool = False
    stop: StopReason | None = None
    is_expected: bool = False
    people: int = 1

    def refusal(self, code: str, **more: int) -> Refusal:
        """A refusal with this code that says when the service opens next."""
        next_at = self.now.opening.next_opens_at
        opens_at = to_text(next_at) if next_at else None
        return Refusal(code, service=self.service.id, next_opening_at=opens_at, **more)


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
    is_given = request.is_early and calendars.may_distribute(opening, before_s, now=transaction.now)
    if not opening.may_issue and not is_given:
        raise request.refusal("too_late" if opening.is_open else "closed")
    if request.stop is not None:
        raise Refusal("stopped", service=request.service.id, reason=request.stop)
    return opening.next_opens_at if is_given else None


def check_quota(transaction: HallTransaction, request: IssueRequest) -> None:
    """Refusal: full, when fewer tickets of the service are `left` for this half-day than people.

    Visitors with an appointment are never refused.
    """
    service = request.service
    calendar = transaction.configuration.calendar_of(service.id)
    quota = None if request.is_expected else quota_now(service.quota, calendar, transaction.now)
    if quota is None:
        return
    left = tickets.remaining_of(transaction, transaction.hall, service.id, quota)
    if left < request.people:
        raise request.refusal("full", left=left)


def check_finish(transaction: HallTransaction, request: IssueRequest, wait_s: int | None) -> None:
    """Refusal: too_late, when the service would probably end after closing, where the hall wants it so."""
    configuration, opening = transaction.configuration, request.now.opening
    if wait_s is None or request.is_expected or not configuration.last_ticket.is_predictive:
        return
    calendar = configuration.calendar_of(request.service.id)
    closes_at = calendars.closing_that_counts(calendar, opening, configuration.at_break, now=transaction.now)
    expected = calendars.ExpectedTicket(wait_s, request.service.typed_mean_s)
    if calendars.finishes_too_late(configuration.last_ticket, closes_at, expected, now=transaction.now):
        raise request.refusal("too_late")


class TicketsStoppedAnswer(TypedDict):
    """Whether tickets of a service are stopped for the rest of the day."""

    service: str
    is_stopped: bool
    reason: StopReason | None
    """Null: tickets are given again."""


def stop_tickets(
    database: Database,
    hall: str,
    author: Author,
    *,
    service: str,
    reason: StopReason = "other",
    write_key: WriteKey | None = None,
) -> TicketsStoppedAnswer:
    """Gives no more tickets of a service today: requests count as not issued. Visitors who wait stay.

    Visitors read the reason, but `other`.

    Refusals: unknown_service, already_stopped.
    """

    def stop(transaction: HallTransaction) -> TicketsStoppedAnswer:
        find_service(transaction.configuration, service)
        on = opening_now(transaction.configuration, service, transaction.now).on
        if service in tickets.stops_of_day(transaction, transaction.hall, on):
            raise Refusal("already_stopped", service=service)
        transaction.record(tickets_stopped(new_id(), on, service=service, reason=reason))
        return {"service": service, "is_stopped": True, "reason": reason}

    return database.write(hall, author, write_key, stop)


def reopen_tickets(
    database: Database, hall: str, author: Author, *, service: str, write_key: WriteKey | None = None
) -> TicketsStoppedAnswer:
    """Tickets of the service are given again. Refusals: unknown_service, not_stopped."""

    def reopen(transaction: HallTransaction) -> TicketsStoppedAnswer:
        find_service(transaction.configuration, service)
        on = opening_now(transaction.configuration, service, transaction.now).on
        stop = existing(
            tickets.stops_of_day(transaction, transaction.hall, on).get(service),
            "not_stopped",
            service=service,
        )
        transaction.record(tickets_reopened(stop.id, service=service))
        return {"service": service, "is_stopped": False, "reason": None}

    return database.write(hall, author, write_key, reopen)
