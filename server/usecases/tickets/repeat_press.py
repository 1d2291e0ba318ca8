"""A repeated press gives the same ticket again, as it was issued."""

from hardware.verdict import Verdict
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.tickets.numbers_given import has_ticket
from server.store.tickets.ticket_access import PressedTicket, ticket_of_press
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import quoted_answer
from server.usecases.appointments.check_in import arrival_answer
from server.usecases.printing.read_prints import PrintState, label_of_printer
from server.usecases.tickets.ticket_answers import IssuedTicket
from server.usecases.tickets.ticket_token import token_again


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
