"""Hand a job over to the printer that fetches it. From then on it may be on paper, and is not offered again
by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from server.domain.printing.pulled.handovers import Handover, handover_of
from server.store.printing.leases import lease_of
from server.store.printing.print_jobs import FetchedJob, OpenJob, fetched_job, hand_over_job, open_jobs
from server.store.printing.printers import PulledPrinter
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import PrintEnd, end_prints
from server.usecases.printing.pulled.driving import lease_token

type NotHandedOver = Literal["unknown_job", "superseded", "not_drawn", "too_large"]
"""Why a fetch gets nothing: no job of this printer has that name, another handover has replaced this one or
the job has ended, its paper could not be drawn, or the printer does not take one so large.
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a paper: its bytes and its rows of dots; for a print gateway the bytes of its printer.

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
    handover = handover_of(name)
    if handover is None:
        return "unknown_job"
    with database.read() as rows:
        lease = lease_of(rows, printer.printer)
        row = fetched_job(rows, handover.job)
        job = next((job for job in open_jobs(rows, printer.printer) if job.id == handover.job), None)
    if row is None or row.printer != printer.printer:
        return "unknown_job"
    if job is None or not _is_present(row, handover) or (is_once and row.state == "sending"):
        return "superseded"
    token = lease_token(database, printer.printer, lease)
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
        is_ours = hand_over_job(written, row.id, printer.printer, **values, at=now)
    return picture if is_ours else "superseded"


def _is_present(row: FetchedJob, handover: Handover) -> bool:
    """Whether a handover is the present one of its job: handed over and not confirmed, or the next one."""
    number = row.job_number or 0
    return handover.number == (number if row.state == "sending" else number + 1)
