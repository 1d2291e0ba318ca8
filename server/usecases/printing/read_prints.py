"""Read the last print job of each visit, in the form of the live message."""

from collections.abc import Sequence

from server.store.engine.rows import Rows
from server.store.printing.print_jobs import PrintJob, last_job_of_visit
from server.store.transactions.database import Database
from server.usecases.answers import Answer


def read_prints(database: Database, hall: str, visits: Sequence[str]) -> list[Answer]:
    """The last print job of each of these visits of a hall (id) that has one."""
    with database.read() as rows:
        return last_prints(rows, hall, visits)


def last_prints(rows: Rows, hall: str, visits: Sequence[str]) -> list[Answer]:
    """`read_prints` inside a read."""
    found = [last_job_of_visit(rows, hall, visit) for visit in visits]
    return [print_answer(row) for row in found if row is not None]


def print_answer(row: PrintJob) -> Answer:
    """A print job: its visit, state, verdict (None: not tried yet) and why."""
    return {
        "job": row.id,
        "visit": row.visit,
        "state": row.state,
        "verdict": row.verdict,
        "why": row.why,
    }
