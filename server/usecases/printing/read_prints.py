"""Read the last print job of each visit, in the form of the live message."""

from collections.abc import Sequence
from typing import TypedDict

from hardware.verdict import Verdict
from server.domain.printing.print_jobs import PrintJobState
from server.store.engine.rows import Rows
from server.store.printing.print_jobs import PrintJob, last_job_of_visit
from server.store.transactions.database import Database


class PrintState(TypedDict):
    """A print job, its state, and its verdict (None: not tried yet)."""

    job: str
    state: PrintJobState
    verdict: Verdict | None


class PrintVerdict(PrintState):
    """A print job with the visit whose paper it is (None: no ticket), and the reason of its verdict."""

    visit: str | None
    why: str | None


def queued_answer(job: str) -> PrintState:
    """A print job that was queued just now."""
    return {"job": job, "state": "queued", "verdict": None}


def read_prints(database: Database, hall: str, visits: Sequence[str]) -> list[PrintVerdict]:
    """The last print job of each of these visits of a hall (id) that has one."""
    with database.read() as rows:
        return last_prints(rows, hall, visits)


def last_prints(rows: Rows, hall: str, visits: Sequence[str]) -> list[PrintVerdict]:
    """`read_prints` inside a read."""
    found = [last_job_of_visit(rows, hall, visit) for visit in visits]
    return [print_answer(row) for row in found if row is not None]


def print_answer(row: PrintJob) -> PrintVerdict:
    """A print job in the form of the live message."""
    return {
        "job": row.id,
        "visit": row.visit,
        "state": row.state,
        "verdict": None if row.verdict is None else Verdict(row.verdict),
        "why": row.why,
    }
