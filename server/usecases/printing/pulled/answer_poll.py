"""Answer a printer that asks for a job: keep what it says of itself, offer the oldest job it may print."""

from dataclasses import dataclass

from server.domain.printing.printers import PRINTING
from server.domain.printing.pulled.handovers import (
    Handover,
    interval_after,
    is_interval_doubtful,
    is_to_be_noted,
    job_to_offer,
    state_at_poll,
)
from server.store.printing.leases import PrinterLeaseToken
from server.store.printing.printers import PulledPrinter, note_poll
from server.store.transactions.database import Database
from server.usecases.printing.pulled.driving import (
    DrivenPrinter,
    Tell,
    lease_token,
    note_state,
    read_driven,
    refuse_waiting,
    settle_jobs,
)


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a printer says of itself with a poll.

    `state`: one of `hardware.status.PrinterState`; None: this poll says none, and the last one stands.
    `interval_s`: between its polls, None: it does not say. `identity`: its network address, "": not said.
    """

    state: str | None
    is_printing: bool = False
    interval_s: int | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """The answer to a poll: the offered handover, or None. `asks_interval`: it asks for the interval."""

    offer: Handover | None = None
    asks_interval: bool = False


def answer_poll(database: Database, printer: PulledPrinter, report: PollReport, tell: Tell) -> PollAnswer:
    """The answer to a poll of a printer; `printer`: as it was read for this request.

    An offer changes nothing yet: only fetching the job does. Refusal: printer_taken while a worker pushes
    jobs to this printer.
    """
    now = database.clock.now()
    with database.read() as rows:
        driven = read_driven(rows, printer)
    token = lease_token(database, printer.printer, driven.lease)
    state = state_at_poll(report.state, driven.state, driven.said_for(now))
    is_noted = is_to_be_noted(printer.polled_at, now)
    if is_noted or state != driven.state or report.interval_s not in (None, printer.interval_s):
        _note(database, token, driven, state, report)
    jobs = settle_jobs(database, token, driven)
    may_print = state in PRINTING
    offered = job_to_offer(jobs, now, may_print=may_print, is_printing=report.is_printing)
    if not may_print:
        refuse_waiting(database, token, jobs, state, tell)
    gap = None if printer.polled_at is None else now - printer.polled_at
    asks_interval = is_noted and report.interval_s is None and is_interval_doubtful(printer.interval_s, gap)
    return PollAnswer(None if offered is None else offered.next_handover, asks_interval)


def _note(
    database: Database, token: PrinterLeaseToken, driven: DrivenPrinter, state: str, report: PollReport
) -> None:
    """Keeps the poll and the state in one transaction."""
    now, printer = database.clock.now(), driven.printer
    gap = None if printer.polled_at is None else now - printer.polled_at
    is_measured = is_to_be_noted(printer.polled_at, now)
    interval_s = interval_after(printer.interval_s, report.interval_s, gap if is_measured else None)
    with database.store.write() as rows:
        if report.state is not None or state in PRINTING:  # a stop that is only remembered must grow old
            note_state(rows, token, driven.lease, state, now)
        note_poll(
            rows,
            printer.printer,
            at=now,
            interval_s=interval_s,
            identity=report.identity or printer.identity,
        )
