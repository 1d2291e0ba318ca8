"""Print a trial sheet, which shows whether a printer works: a print job with a verdict, but no ticket."""

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.print_jobs import print_job_of, queue_job
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.find_configured import find_kiosk
from server.usecases.printing.read_prints import PrintState, PrintVerdict, print_answer, queued_answer


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
