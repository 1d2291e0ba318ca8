"""Jobs of printers that fetch them: offered at a poll, handed over, confirmed.

A job that is handed over may be on paper, and is not offered again by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from server.domain.printing import handovers
from server.domain.printing.handovers import Confirmation, Handover, PrintEnd
from server.domain.printing.printers import PRINTING
from server.store.devices import print_jobs, printers
from server.store.devices.print_jobs import FetchedJob, OpenJob
from server.store.devices.printers import PrinterLeaseToken, PulledPrinter
from server.store.transactions.database import Database
from server.usecases.printing import pulled_printers
from server.usecases.printing.print_jobs import end_prints, note_print
from server.usecases.printing.pulled_printers import DrivenPrinter, Tell


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
        driven = pulled_printers.read_driven(rows, printer)
    token = pulled_printers.lease_token(database, printer.printer, driven.lease)
    state = handovers.state_at_poll(report.state, driven.state, driven.said_for(now))
    is_noted = handovers.is_to_be_noted(printer.polled_at, now)
    if is_noted or state != driven.state or report.interval_s not in (None, printer.interval_s):
        _note(database, token, driven, state, report)
    jobs = pulled_printers.settle_jobs(database, token, driven)
    may_print = state in PRINTING
    offered = handovers.job_to_offer(jobs, now, may_print=may_print, is_printing=report.is_printing)
    if not may_print:
        pulled_printers.refuse_waiting(database, token, jobs, state, tell)
    gap = None if printer.polled_at is None else now - printer.polled_at
    asks_interval = (
        is_noted and report.interval_s is None and handovers.is_interval_doubtful(printer.interval_s, gap)
    )
    return PollAnswer(None if offered is None else offered.next_handover, asks_interval)


def _note(
    database: Database, token: PrinterLeaseToken, driven: DrivenPrinter, state: str, report: PollReport
) -> None:
    """Keeps the poll and the state in one transaction."""
    now, printer = database.clock.now(), driven.printer
    gap = None if printer.polled_at is None else now - printer.polled_at
    is_measured = handovers.is_to_be_noted(printer.polled_at, now)
    interval_s = handovers.interval_after(printer.interval_s, report.interval_s, gap if is_measured else None)
    with database.store.write() as rows:
        if report.state is not None or state in PRINTING:  # a stop that is only remembered must grow old
            pulled_printers.note_state(rows, token, driven.lease, state, now)
        printers.note_poll(
            rows,
            printer.printer,
            polled_at=now,
            interval_s=interval_s,
            identity=report.identity or printer.identity,
        )


type NotHandedOver = Literal["unknown_job", "superseded", "not_drawn", "too_large"]
"""Why a fetch gets nothing: no job of this printer has that name, another handover has replaced this one or
the job has ended, its paper could not be drawn, or the printer does not take one so large.
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a paper: its bytes and its rows of dots; for a kiosk agent the bytes of its printer.

    `age_s`: of the job, in seconds.
    """

    content: bytes
    rows: int
    age_s: float = 0.0


type Draw = Callable[[OpenJob], Picture | None]
"""Draws the paper of a job for its printer; None: it cannot be drawn."""
type Allows = Callable[[Picture], bool]
"""Whether the printer takes a picture."""


def fetch_job(
    database: Database,
    printer: PulledPrinter,
    name: str,
    *,
    draw: Draw,
    allows: Allows,
    is_once: bool = False,
) -> Picture | NotHandedOver:
    """The picture of a handover, by its name; a repeated fetch of the same handover gets it again, or
    nothing where it may be fetched once only (`is_once`).

    The job is marked as handed over before the picture leaves. Refusal: printer_taken.
    """
    handover = handovers.handover_of(name)
    if handover is None:
        return "unknown_job"
    with database.read() as rows:
        lease = printers.lease_of(rows, printer.printer)
        row = print_jobs.fetched_job(rows, handover.job)
        job = next(
            (job for job in print_jobs.open_jobs(rows, printer.printer) if job.id == handover.job), None
        )
    if row is None or row.printer != printer.printer:
        return "unknown_job"
    if job is None or not _is_present(row, handover) or (is_once and row.state == "sending"):
        return "superseded"
    token = pulled_printers.lease_token(database, printer.printer, lease)
    picture = draw(job)
    if picture is None or not allows(picture):
        why: NotHandedOver = "not_drawn" if picture is None else "too_large"
        if row.state != "sending":  # an earlier fetch of this handover may be on paper
            end_prints(database, printer.hall, token, [PrintEnd(row.id, "cancelled", "refused", why)])
        return why
    if row.state == "sending":
        return picture
    now = database.clock.now()
    with database.store.write() as written:
        values = {"number": handover.number, "fence": token.fence}
        is_ours = print_jobs.hand_over_job(written, row.id, printer.printer, **values, at=now)
    return picture if is_ours else "superseded"


def _is_present(row: FetchedJob, handover: Handover) -> bool:
    """Whether a handover is the present one of its job: handed over and not confirmed, or the next one."""
    number = row.job_number or 0
    return handover.number == (number if row.state == "sending" else number + 1)


def confirm_job(
    database: Database, printer: PulledPrinter, name: str, confirmation: Confirmation, tell: Tell
) -> bool:
    """Takes the confirmation of a handover, by its name; False when it is not the present one of a job.

    So a confirmation that is repeated, that is another printer's, or of a job that was never fetched, changes
    nothing. Refusal: printer_taken.
    """
    handover = handovers.handover_of(name)
    if handover is None:
        return False
    with database.read() as rows:
        row = print_jobs.fetched_job(rows, handover.job)
        driven = pulled_printers.read_driven(rows, printer)
    if row is None or row.printer != printer.printer:
        return False
    if row.state != "sending" or row.job_number != handover.number:
        return False
    token, why = pulled_printers.lease_token(database, printer.printer, driven.lease), confirmation.why
    ends = {
        "printed": PrintEnd(row.id, "done", "printed", None),
        "cleared": PrintEnd(row.id, "cancelled", "held", why),
        "unprintable": PrintEnd(row.id, "cancelled", "refused", why),
        "unknown": PrintEnd(row.id, "done", "unknown", why),
    }
    notes = {
        "held": PrintEnd(row.id, "sending", "held", why),
        "undelivered": PrintEnd(row.id, "queued", "refused", why),
    }
    if confirmation.result in ends:
        end_prints(database, printer.hall, token, [ends[confirmation.result]])
    elif (row.verdict, row.why) != ("held", why) and note_print(database, token, notes[confirmation.result]):
        tell(row.id)
    return True


def read_paper_time(database: Database, hall: str, kiosk: str | None) -> int | None:
    """In how many seconds at most the kiosk's printer prints the job that was queued last.

    None: soon, or nobody knows. Rule: docs/rules/last-view.md.
    """
    configured = database.configuration(hall).printing_for(kiosk or "")
    if configured is None or configured.printer is None or not configured.printer.is_pulled:
        return None
    with database.read() as rows:
        known = printers.pulled_printer_of(rows, configured.id)
        waiting = print_jobs.unfinished_jobs(rows, configured.id)
    return handovers.paper_within_s(None if known is None else known.interval_s, max(0, len(waiting) - 1))
