"""What became of tickets' paper: the last print job of each visit, as the live message tells it."""

from collections.abc import Sequence
from typing import Any

from server.store.engine.rows import Row
from server.store.transactions.database import Database
from server.usecases.answers import Answer

_LAST = (
    "SELECT id AS job, visit, state, verdict, why FROM print_job WHERE hall = :hall AND visit = :visit"
    " ORDER BY copy DESC LIMIT 1"
)


def read_prints(database: Database, hall: str, visits: Sequence[str]) -> list[Answer]:
    """The last print job of each of these visits of a hall (id) that has one."""
    with database.read() as rows:
        return last_prints(rows, hall, visits)


def last_prints(rows: Any, hall: str, visits: Sequence[str]) -> list[Answer]:
    """`read_prints` inside a read."""
    found = [rows.one(_LAST, hall=hall, visit=visit) for visit in visits]
    return [print_answer(row) for row in found if row is not None]


def print_answer(row: Row) -> Answer:
    """A print job: its visit, state, verdict (None: not tried yet) and why."""
    return {name: row[name] for name in ("job", "visit", "state", "verdict", "why")}
