"""The life of a print job, from `queued` to its final verdict. The fence of a former lease is refused.

The worker calls `start_print` before it sends the bytes, `note_print` for a verdict that may still change,
and `end_prints` for a final one, which records a fact. Jobs that a printer refused go on to its backup
printer: the driver of the refusing printer hands them on, with its lease; the driver of the other one then
prints the job as one of its own.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NotRequired, TypedDict

from hardware.verdict import Verdict
from server.domain.alarms.signs import unprinted_after
from server.domain.author import SYSTEM, Author
from server.domain.facts import FactKind, of_kind, print_ended
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.printing.handovers import PrintEnd
from server.domain.printing.printers import PrintJobState, UndeliveredJob, may_be_handed_on
from server.domain.refusals import Refusal
from server.store.devices import print_jobs, printers
from server.store.devices.print_jobs import OpenJob, PrintJob, last_job_of_visit, print_job_of, queue_job
from server.store.devices.printers import Lease, PrinterLeaseToken
from server.store.engine.statements import Rows, WrittenRows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.hall_view import find_kiosk, find_service

LEASE = timedelta(seconds=15)
"""How long a lease lasts after its holder's last sign of life."""

_OPEN_STATES = ("queued", "sending")
TOOK_PAPER = ("printed", "unknown")
"""The verdicts after which a job has used a paper of the roll, or may have."""


def start_print(database: Database, token: PrinterLeaseToken, job: str, *, job_number: int) -> bool:
    """Marks a queued job `sending` and prolongs the lease; False when it is not queued any more.

    Refusal: printer_taken when the lease is another's by now.
    """
    now = database.clock.now()
    with database.store.write() as rows:
        _keep(rows, token, until=now + LEASE)
        return print_jobs.start_job(rows, job, fence=token.fence, job_number=job_number, at=now)


def note_print(database: Database, token: PrinterLeaseToken, noted: PrintEnd) -> bool:
    """Keeps a verdict that is not final: `queued` refused, to be tried again, or `sending` held.

    False when the job has ended or went to another printer. Refusal: printer_taken.
    """
    with database.store.write() as rows:
        _keep(rows, token, until=database.clock.now() + LEASE)
        return print_jobs.note_job(
            rows, noted.job, token.printer, state=noted.state, verdict=noted.verdict, why=noted.why
        )


def end_prints(database: Database, hall: str, token: PrinterLeaseToken, ends: Sequence[PrintEnd]) -> int:
    """Ends jobs of one hall and printer with their facts; how many had not ended before.

    `ends`: of different jobs, print_jobs.MOST_AT_ONCE at most.
    Refusal: printer_taken when the lease is another's by now; then nothing changes.
    """
    ended = papers = 0
    with database.transaction(hall, SYSTEM) as transaction:
        unprinted = before = _check(printers.locked_lease_of(transaction, token.printer), token)
        jobs = print_jobs.print_jobs(transaction, [end.job for end in ends]) if ends else {}
        for end in ends:
            job = jobs.get(end.job)
            if job is None or job.state not in _OPEN_STATES or job.printer != token.printer:
                continue
            print_jobs.end_job(
                transaction,
                job.id,
                state=end.state,
                verdict=end.verdict,
                why=end.why,
                at=transaction.now,
            )
            transaction.record(print_ended(job.id, job.visit, verdict=end.verdict, why=end.why))
            unprinted = unprinted_after(unprinted, end.verdict)
            ended += 1
            papers += end.verdict in TOOK_PAPER
        if papers:
            printers.count_papers(transaction, token.printer, papers)
        if unprinted != before:
            printers.note_unprinted(transaction, token.printer, unprinted)
    return ended


def _keep(rows: WrittenRows, token: PrinterLeaseToken, *, until: datetime) -> None:
    if not printers.keep_lease(rows, token, until=until):
        raise Refusal("printer_taken", printer=token.printer)


def _check(lease: Lease | None, token: PrinterLeaseToken) -> int:
    """How many jobs of the printer in a row were not printed. Refusal: printer_taken without its lease."""
    if lease is None or (lease.holder, lease.fence) != (token.holder, token.fence):
        raise Refusal("printer_taken", printer=token.printer)
    return lease.unprinted


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
        if not printers.keep_lease(written, token, until=database.clock.now() + LEASE):
            raise Refusal("printer_taken", printer=token.printer)
        moved = [job for job in chosen if print_jobs.hand_on(written, job, token.printer, to=backup)]
        printers.add_unprinted(written, token.printer, len(moved))
    return moved


def _backup(database: Database, job: OpenJob) -> str | None:
    found = database.configuration(job.hall).backup_of(job.printer)
    return None if found is None else found.id


def _chosen(database: Database, jobs: Sequence[OpenJob], backup: str) -> list[str]:
    with database.read() as rows:
        sighting = printers.printer_sighting(rows, backup)
    now = database.clock.now()
    return [job.id for job in jobs if may_be_handed_on(_undelivered(job), sighting, now)]


def _undelivered(job: OpenJob) -> UndeliveredJob:
    return UndeliveredJob(
        job.state,
        job.verdict,
        paper=str(job.document.get("kind")),
        was_handed_on=job.first_printer is not None,
    )


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
