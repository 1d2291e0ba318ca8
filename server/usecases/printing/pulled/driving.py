"""What every worker that answers a printer shares: its lease, the state that it reports, its old jobs.

A printer that fetches its jobs may ask any worker. So all of them share one lease of it (`HOLDER`), which
only keeps the workers away that push jobs to printers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.instants import from_text
from server.domain.printing import printers
from server.domain.printing.pulled.handovers import PulledJob, age_limit, ends_of
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows, WrittenRows
from server.store.printing import leases
from server.store.printing.leases import Lease, PrinterLeaseToken, lease_of, take_lease
from server.store.printing.print_jobs import FetchedJob, unfinished_jobs
from server.store.printing.printers import PulledPrinter, note_roll, roll_in
from server.store.transactions.database import Database
from server.usecases.printing.failover import refuse_jobs
from server.usecases.printing.print_jobs import LEASE, PrintEnd, end_prints

HOLDER = "pulled"
"""Holds the leases of all printers that fetch their jobs."""

type Tell = Callable[[str], None]
"""Called with a job that has a verdict which may still change."""


@dataclass(frozen=True, slots=True)
class DrivenPrinter:
    """A printer that fetches its jobs, its lease, and its jobs that have not ended, the oldest first."""

    printer: PulledPrinter
    lease: Lease | None
    jobs: Sequence[PulledJob]

    @property
    def state(self) -> str | None:
        """The state that it reported last."""
        return None if self.lease is None or self.lease.state is None else self.lease.state["state"]

    def said_for(self, now: datetime) -> timedelta:
        """How long ago it said that state; a clock set back: just now."""
        if self.lease is None or self.lease.state_at is None:
            return timedelta(0)
        return max(timedelta(0), now - self.lease.state_at)


def read_driven(rows: Rows, printer: PulledPrinter) -> DrivenPrinter:
    """A printer as the database knows it now."""
    jobs = [pulled_job(row) for row in unfinished_jobs(rows, printer.printer)]
    return DrivenPrinter(printer, lease_of(rows, printer.printer), jobs)


def pulled_job(row: FetchedJob) -> PulledJob:
    """A row of a job as the rules see it."""
    return PulledJob(
        row.id,
        row.queued_at,
        is_sent=row.state == "sending",
        number=row.job_number or 0,
        sent_at=row.sent_at,
        verdict=row.verdict,
        why=row.why,
    )


def lease_token(database: Database, printer: str, lease: Lease | None) -> PrinterLeaseToken:
    """The token of a printer's lease, taken from nobody or from a worker that let it expire.

    Refusal: printer_taken while a worker pushes jobs to the printer.
    """
    if lease is not None and lease.holder == HOLDER:
        return PrinterLeaseToken(printer, HOLDER, lease.fence)
    now = database.clock.now()
    with database.store.write() as rows:
        if not take_lease(rows, printer, HOLDER, until=now + LEASE, now=now, unchanged=None):
            raise Refusal("printer_taken", printer=printer)
        taken = lease_of(rows, printer)
    assert taken is not None
    return PrinterLeaseToken(printer, HOLDER, taken.fence)


def note_state(
    rows: WrittenRows, token: PrinterLeaseToken, lease: Lease | None, state: str, now: datetime
) -> None:
    """Keeps the state of a printer, and what a new one reveals about its roll. Refusal: printer_taken."""
    before = None if lease is None else lease.state
    is_news = before is None or before["state"] != state
    since = now if before is None or is_news else from_text(before["since"])
    if not leases.keep_lease(rows, token, until=now + LEASE):
        raise Refusal("printer_taken", printer=token.printer)
    leases.note_state(rows, token, state, since=since, at=now)
    if is_news:
        roll = roll_in(rows, token.printer)
        after, end = printers.roll_after(roll, state)
        if end is not None or after != roll:
            note_roll(rows, token.printer, after, end, now=now)


def refuse_waiting(
    database: Database, token: PrinterLeaseToken, jobs: Sequence[PulledJob], state: str, tell: Tell
) -> None:
    """Keeps that a printer in this state cannot print the jobs that it has not fetched.

    Its backup printer gets those that may go there. Refusal: printer_taken.
    """
    waiting = [job for job in jobs if not job.is_sent]
    newcomers = [PrintEnd(job.id, "queued", "refused", state) for job in waiting if job.verdict is None]
    if waiting:
        refuse_jobs(database, token, newcomers, tell)


def settle_jobs(database: Database, token: PrinterLeaseToken, driven: DrivenPrinter) -> list[PulledJob]:
    """Ends the jobs that are too old; returns the others."""
    limit = age_limit(driven.printer.interval_s)
    ends = ends_of(driven.jobs, limit, database.clock.now())
    if ends:
        ended = [PrintEnd(end.job, end.state, end.verdict, end.why) for end in ends]
        end_prints(database, driven.printer.hall, token, ended)
    gone = {end.job for end in ends}
    return [job for job in driven.jobs if job.id not in gone]
