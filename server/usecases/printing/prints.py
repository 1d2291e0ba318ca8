"""What is printed besides tickets, and what became of it, in the form of the live message."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from hardware.verdict import Verdict
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.printing.printers import PrintJobState
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.printing.print_jobs import PrintJob, last_job_of_visit, print_job_of, queue_job
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.find_configured import find_kiosk, find_service


class PrintState(TypedDict):
    """A print job's state, and its verdict; null before it was tried."""

    job: str
    state: PrintJobState
    verdict: Verdict | None
    other_printer: NotRequired[str]
    """The label of the kiosk whose printer got the job after the first one refused it; left out otherwise."""


class PrintVerdict(PrintState):
    """A print job with the visit whose paper it is, null for a trial, and the reason of a failure."""

    visit: str | None
    why: str | None


def queued_answer(job: str, *, other_printer: str | None = None) -> PrintState:
    """A print job that was queued just now; `other_printer`: the label of another kiosk, which prints it."""
    answer: PrintState = {"job": job, "state": "queued", "verdict": None}
    if other_printer is not None:
        answer["other_printer"] = other_printer
    return answer


def read_prints(database: Database, hall: str, visits: Sequence[str]) -> list[PrintVerdict]:
    """The last print job of each of these visits of a hall (id) that has one."""
    configuration = database.configuration(hall)
    with database.read() as rows:
        return last_prints(rows, configuration, hall, visits)


def last_prints(
    rows: Rows, configuration: HallConfiguration, hall: str, visits: Sequence[str]
) -> list[PrintVerdict]:
    """`read_prints` inside a read."""
    found = [last_job_of_visit(rows, hall, visit) for visit in visits]
    return [print_answer(row, configuration) for row in found if row is not None]


def print_answer(row: PrintJob, configuration: HallConfiguration) -> PrintVerdict:
    """A print job in the form of the live message."""
    answer: PrintVerdict = {
        "job": row.id,
        "visit": row.visit,
        "state": row.state,
        "verdict": None if row.verdict is None else Verdict(row.verdict),
        "why": row.why,
    }
    if row.first_printer is not None:
        answer["other_printer"] = label_of_printer(configuration, row.printer)
    return answer


def label_of_printer(configuration: HallConfiguration, printer: str) -> str:
    """The name of a printer for people: the label of its kiosk, or the id where the document has none."""
    kiosk = configuration.kiosks.get(printer)
    return printer if kiosk is None else kiosk.label


def print_trial(
    database: Database,
    hall: str,
    author: Author,
    kiosk: str,
    *,
    has_number: bool = False,
    write_key: WriteKey | None = None,
) -> PrintState:
    """Queues a trial sheet for the printer of a kiosk; the print job. `has_number`: somebody will read it.

    Refusals: unknown_kiosk, no_printer.
    """
    content = {"kind": "trial"} | ({"has_number": True} if has_number else {})

    def queue(transaction: HallTransaction) -> PrintState:
        if find_kiosk(transaction.configuration, kiosk).printer is None:
            raise Refusal("no_printer")
        job = queue_job(transaction, kiosk, visit=None, copy=1, content=content)
        return queued_answer(job)

    return database.write(hall, author, write_key, queue)


def read_print(database: Database, hall: str, job: str) -> PrintVerdict:
    """A print job of a hall (id): its state, its verdict (None: not yet), why. Refusal: unknown_print_job."""
    with database.read() as rows:
        row = print_job_of(rows, job)
    if row is None or row.hall != hall:
        raise Refusal("unknown_print_job", job=job)
    return print_answer(row, database.configuration(hall))


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
