"""Printers that fetch their jobs: their lease, the state that they report, their old jobs, their silence.

Such a printer may ask any worker. So all workers share one lease of it (`HOLDER`), which only keeps the
workers away that push jobs to printers. A job that waits for a printer that is away is `refused`: the kiosk
hears of it, the backup printer gets it. Without a backup printer it is offered once its own is back.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.instants import from_text
from server.domain.printing import handovers, printers
from server.domain.printing.handovers import AWAY, PrintEnd, PulledJob
from server.domain.printing.printers import PRINTING
from server.domain.refusals import Refusal
from server.store.devices.print_jobs import unfinished_jobs
from server.store.devices.printers import (
    Lease,
    PrinterLeaseToken,
    PulledPrinter,
    every_pulled_printer,
    keep_gateway,
    keep_lease,
    lease_of,
    note_poll,
    note_roll,
    roll_in,
    take_lease,
    without_secret,
)
from server.store.devices.printers import note_state as note_leased_state
from server.store.engine.statements import Rows, WrittenRows
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import LEASE, end_prints, refuse_jobs

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
    jobs = [
        PulledJob(
            row.id,
            row.queued_at,
            is_sent=row.state == "sending",
            number=row.job_number or 0,
            sent_at=row.sent_at,
            verdict=row.verdict,
            why=row.why,
        )
        for row in unfinished_jobs(rows, printer.printer)
    ]
    return DrivenPrinter(printer, lease_of(rows, printer.printer), jobs)


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
    if not keep_lease(rows, token, until=now + LEASE):
        raise Refusal("printer_taken", printer=token.printer)
    note_leased_state(rows, token, state, since=since, at=now)
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
    limit = handovers.age_limit(driven.printer.interval_s)
    ends = handovers.ends_of(driven.jobs, limit, database.clock.now())
    if ends:
        end_prints(database, driven.printer.hall, token, ends)
    gone = {end.job for end in ends}
    return [job for job in driven.jobs if job.id not in gone]


_KEPT_FRESH_AFTER = timedelta(seconds=20)
"""A state that is older than a minute is not shown any more; a printer may ask less often than that."""


def watch_pulled_printers(
    database: Database, printers: Mapping[str, str], tell: Tell = lambda job: None
) -> None:
    """Ends the old jobs of printers (ids of kiosks, with their halls), and notes which of them are silent.

    `tell(job)`: called for each job that waits for a silent printer.

    A printer to which a worker still pushes jobs is left alone.
    """
    with database.read() as rows:
        known = {each.printer: each for each in every_pulled_printer(rows)}
        driven = [
            read_driven(rows, known.get(printer) or without_secret(printer, hall))
            for printer, hall in printers.items()
        ]
    for each in driven:
        with suppress(Refusal):
            _watch(database, each, tell)


def _watch(database: Database, driven: DrivenPrinter, tell: Tell) -> None:
    if not driven.jobs and driven.printer.polled_at is None:
        return
    token = lease_token(database, driven.printer.printer, driven.lease)
    jobs = settle_jobs(database, token, driven)
    state = _state_now(database, driven.printer, driven.state)
    if state == AWAY:
        refuse_waiting(database, token, jobs, state, tell)
    now, noted_at = database.clock.now(), None if driven.lease is None else driven.lease.state_at
    is_fresh = noted_at is not None and timedelta(0) <= now - noted_at < _KEPT_FRESH_AFTER
    if state is None or (state == driven.state and (is_fresh or _grows_old(driven.printer, state))):
        return
    with database.store.write() as rows:
        note_state(rows, token, driven.lease, state, now)


def _grows_old(printer: PulledPrinter, state: str) -> bool:
    """Whether the server believes a state for a while only: the next polls do not repeat this stop."""
    return not handovers.says_state_in_polls(printer.kind) and state not in PRINTING and state != AWAY


def _state_now(database: Database, printer: PulledPrinter, reported: str | None) -> str | None:
    """The state of a printer: away when it is silent, else as it reported; None: it never asked for a job."""
    if printer.polled_at is None:
        return None
    is_away = handovers.is_silent(printer.polled_at, printer.interval_s, database.clock.now())
    return AWAY if is_away else reported


def report_state(database: Database, printer: PulledPrinter, state: str) -> None:
    """Keeps a state, one of `hardware.status.PrinterState`. Refusal: printer_taken."""
    with database.read() as rows:
        lease = lease_of(rows, printer.printer)
    token = lease_token(database, printer.printer, lease)
    with database.store.write() as written:
        note_state(written, token, lease, state, database.clock.now())


def claim_printer(
    database: Database, printer: PulledPrinter, program: str, interval_s: int
) -> PulledPrinter | None:
    """The printer, claimed for a run of the program; None while another run that is not silent has it.

    A new run knows nothing of the jobs that the former one fetched: they may be on paper. Refusal:
    printer_taken while a worker pushes jobs to the printer.
    """
    now = database.clock.now()
    if printer.identity == program:
        return printer
    has_asked = printer.identity and printer.polled_at is not None
    if has_asked and not handovers.is_silent(printer.polled_at or now, printer.interval_s, now):
        return None
    with database.read() as rows:
        driven = read_driven(rows, printer)
    token = lease_token(database, printer.printer, driven.lease)
    left = [
        PrintEnd(job.id, "done", "unknown", job.why or "driver_lost") for job in driven.jobs if job.is_sent
    ]
    if left:
        end_prints(database, printer.hall, token, left)
    with database.store.write() as written:
        keep_gateway(written, printer)
        note_poll(written, printer.printer, polled_at=now, interval_s=interval_s, identity=program)
    return replace(printer, polled_at=now, interval_s=interval_s, identity=program)


def release_printer(database: Database, printer: PulledPrinter, program: str) -> None:
    """Lets another run of the program act for the printer at once, if this one had it."""
    if printer.identity != program:
        return
    with database.store.write() as written:
        note_poll(
            written,
            printer.printer,
            polled_at=database.clock.now(),
            interval_s=printer.interval_s,
            identity="",
        )
