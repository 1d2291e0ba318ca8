"""Hand jobs that a printer refused on to its backup printer.

The driver of the refusing printer does this, with its lease; the driver of the other one then prints the job
as one of its own.
"""

from collections.abc import Callable, Sequence

from server.domain.printing.print_jobs import UndeliveredJob, may_be_handed_on
from server.domain.refusals import Refusal
from server.store.printing import print_jobs
from server.store.printing.leases import PrinterLeaseToken, add_unprinted, keep_lease, printer_sighting
from server.store.printing.print_jobs import OpenJob
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import LEASE, PrintEnd, note_print


def refuse_jobs(
    database: Database, token: PrinterLeaseToken, refused: Sequence[PrintEnd], tell: Callable[[str], None]
) -> None:
    """Keeps that a printer refused jobs, and hands on to its backup those that may go there.

    `refused`: the jobs to note; others that were refused before are handed on too. `tell(job)`: called for
    each job that changed. Refusal: printer_taken.
    """
    noted = [each.job for each in refused if note_print(database, token, each)]
    for job in dict.fromkeys([*noted, *hand_on_refused(database, token)]):
        tell(job)


def hand_on_refused(database: Database, token: PrinterLeaseToken) -> list[str]:
    """Hands the jobs that a printer refused on to its backup; the ids of those that go there.

    Refusal: printer_taken when the lease is another's by now; then nothing changes.
    """
    with database.read() as rows:
        jobs = print_jobs.open_jobs(rows, token.printer)
    backup = _backup(database, jobs[0]) if jobs else None
    chosen = [] if backup is None else _chosen(database, jobs, backup)
    if backup is None or not chosen:
        return []
    with database.store.write() as written:
        if not keep_lease(written, token, until=database.clock.now() + LEASE):
            raise Refusal("printer_taken", printer=token.printer)
        moved = [job for job in chosen if print_jobs.hand_on(written, job, token.printer, to=backup)]
        add_unprinted(written, token.printer, len(moved))
    return moved


def _backup(database: Database, job: OpenJob) -> str | None:
    found = database.configuration(job.hall).backup_of(job.printer)
    return None if found is None else found.id


def _chosen(database: Database, jobs: Sequence[OpenJob], backup: str) -> list[str]:
    with database.read() as rows:
        sighting = printer_sighting(rows, backup)
    now = database.clock.now()
    return [job.id for job in jobs if may_be_handed_on(_undelivered(job), sighting, now)]


def _undelivered(job: OpenJob) -> UndeliveredJob:
    return UndeliveredJob(
        job.state,
        job.verdict,
        paper=str(job.document.get("kind")),
        was_handed_on=job.first_printer is not None,
    )
