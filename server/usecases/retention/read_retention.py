"""What is kept how long here, what purges erased, and what is over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.domain.retention import SCHEDULE, Retention, kept_for
from server.store.operation.erase_expired import count_past
from server.store.retention import PurgeRun, chosen_days, purge_runs
from server.store.transactions.database import Database

RUNS_SHOWN = 30
LATE_AFTER = timedelta(hours=26)
"""A server purges once an hour: after so long without, the page says that nothing was erased."""
OVERDUE_AFTER = timedelta(hours=2)
"""Rows this long over their time should have been erased by two purges."""


@dataclass(frozen=True, slots=True)
class KeptHere:
    """A row of the schedule with what applies here; `overdue`: how many rows are hours over their time."""

    row: Retention
    kept: timedelta | None
    is_chosen: bool
    overdue: int


@dataclass(frozen=True, slots=True)
class ReadRetention:
    """The schedule in force, the purges of the last days, and whether the last one is too long ago."""

    rows: Sequence[KeptHere]
    runs: Sequence[PurgeRun]
    is_late: bool
    is_postgresql: bool


def read_retention(database: Database) -> ReadRetention:
    """The schedule, its purges, and what is overdue."""
    now = database.clock.now()
    with database.read() as rows:
        chosen = chosen_days(rows)
        runs = purge_runs(rows, limit=RUNS_SHOWN)
        overdue = count_past(rows, now - OVERDUE_AFTER, chosen)
    return ReadRetention(
        [_kept_here(row, chosen, overdue) for row in SCHEDULE],
        runs,
        is_late=not runs or now - runs[0].done_at > LATE_AFTER,
        is_postgresql=database.store.is_postgresql,
    )


def _kept_here(row: Retention, chosen: Mapping[str, int], overdue: Mapping[str, int]) -> KeptHere:
    over = overdue[row.table] if row.table is not None else 0
    return KeptHere(row, kept_for(row, chosen), row.name in chosen, over)
