"""Print a ticket again. The new paper says that it is a duplicate; the first one is void."""

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.print_jobs import queue_job
from server.store.tickets.ticket_access import PaperRow, last_paper
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.visits import visit_row
from server.usecases.printing.read_prints import PrintState, queued_answer
from server.usecases.tickets.ticket_token import token_again


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
