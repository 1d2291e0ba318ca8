"""Print the sheet that says how to book an appointment for a service: a print job, but no ticket."""

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.print_jobs import queue_job
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.find_configured import find_service
from server.usecases.printing.read_prints import PrintState, queued_answer


def print_sheet(
    database: Database,
    hall: str,
    author: Author,
    service: str,
    *,
    kiosk: str | None,
    language: str = FRENCH,
    write_key: WriteKey | None = None,
) -> PrintState:
    """Queues the sheet of a service for the printer of `kiosk`; the answer is the print job. No visit begins.

    Refusals: unknown_service, service_without_appointments, no_printer.
    """

    def queue(transaction: HallTransaction) -> PrintState:
        if find_service(transaction.configuration, service).mode == "walk_in":
            raise Refusal("service_without_appointments", service=service)
        printing = transaction.configuration.printing_for(kiosk or "")
        if printing is None or printing.is_retired:
            raise Refusal("no_printer")
        content = {"kind": "appointment_sheet", "service": service, "language": language}
        job = queue_job(transaction, printing.id, visit=None, copy=1, content=content, given_by=kiosk)
        transaction.record(of_kind(FactKind.APPOINTMENT_SHEET_ASKED, job=job, service=service))
        return queued_answer(job, other_printer=None if printing.id == kiosk else printing.label)

    return database.write(hall, author, write_key, queue)
