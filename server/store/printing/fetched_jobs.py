"""Print jobs as printers that fetch them see them: their handovers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, literal_word, rows_of
from server.store.printing.print_jobs import MOST_AT_ONCE
from server.store.tables.printing import print_job


@dataclass(frozen=True, slots=True)
class FetchedJob:
    """A job of a printer. `job_number`, `sent_at`: of its last handover; None before the first."""

    id: str
    printer: str
    state: str
    verdict: str | None
    why: str | None
    job_number: int | None
    queued_at: datetime
    sent_at: datetime | None


_JOB = Read(FetchedJob, rows_of(FetchedJob, print_job).where(print_job.c.id == bindparam("job")))
_IS_OPEN = print_job.c.state.in_([literal_word("queued"), literal_word("sending")])
_OPEN = Read(
    FetchedJob,
    rows_of(FetchedJob, print_job)
    .where(_IS_OPEN, print_job.c.printer == bindparam("printer"))
    .order_by(print_job.c.queued_at, print_job.c.id)
    .limit(MOST_AT_ONCE),
)
_OF_JOB = print_job.update().where(print_job.c.id == bindparam("row_id"))
_HAND_OVER = Write(
    print_job.update().where(
        print_job.c.id == bindparam("row_id"),
        print_job.c.printer == bindparam("of_printer"),
        print_job.c.state == literal_word("queued"),
        func.coalesce(print_job.c.job_number, 0) == bindparam("former"),
    ),
    "state",
    "fence",
    "sent_at",
    "job_number",
)


def fetched_job(rows: Rows, job: str) -> FetchedJob | None:
    """A job by its id."""
    return rows.one(_JOB, job=job)


def unfinished_jobs(rows: Rows, printer: str) -> list[FetchedJob]:
    """The jobs of a printer that have not ended, the oldest first, MOST_AT_ONCE at most."""
    return rows.all(_OPEN, printer=printer)


def hand_over_job(
    rows: WrittenRows, job: str, printer: str, *, number: int, fence: int, at: datetime
) -> bool:
    """Marks a printer's queued job as handed over by its handover `number`; False: that is not its next."""
    values = {"state": "sending", "fence": fence, "sent_at": at, "job_number": number}
    return bool(rows.execute(_HAND_OVER, row_id=job, of_printer=printer, former=number - 1, **values))
