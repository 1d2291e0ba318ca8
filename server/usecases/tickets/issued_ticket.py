"""A ticket that is given: its answer, its token once more, a repeated press, a new paper."""

from typing import NotRequired, TypedDict

from hardware.json_types import Count, InstantText, Texts
from hardware.verdict import Verdict
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.print_jobs import queue_job
from server.store.tickets.numbers_given import has_ticket
from server.store.tickets.ticket_access import (
    PaperRow,
    PressedTicket,
    last_paper,
    renew_token,
    ticket_of_press,
    token_of_visit,
)
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.visits import visit_row
from server.usecases.answers import AnnouncedWait, quoted_answer
from server.usecases.appointments.arrivals import AppointmentArrival, arrival_answer
from server.usecases.printing.prints import PrintState, label_of_printer, queued_answer


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
    row = token_of_visit(transaction, visit)
    found = None if row is None else tokens.remake(visit, digest=row.token_digest)
    if found is not None:
        return found
    token = tokens.of(visit)
    renew_token(transaction, visit, digest=token_digest(token))
    return token


def is_pressed(database: Database, press: str) -> bool:
    """Whether a press gave a ticket already."""
    with database.read() as rows:
        return has_ticket(rows, press)


def pressed_before(database: Database, transaction: HallTransaction, press: str) -> IssuedTicket:
    """The ticket that a press gave before. Refusal: press_elsewhere, when another device made that press."""
    row = ticket_of_press(transaction, press)
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
        last = last_paper(transaction, visit)
        printers = [
            kiosk.id
            for kiosk in transaction.configuration.kiosks.values()
            if kiosk.printer is not None and not kiosk.is_retired
        ]
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
