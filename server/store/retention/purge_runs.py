"""What the purges of each day erased: counts by table, nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.journals import purge_run


@dataclass(frozen=True, slots=True)
class PurgeRun:
    """The purges of a day (UTC): the instant of the last, rows erased and rows left over time, by table."""

    day: date
    done_at: datetime
    erased: Mapping[str, int]
    overdue: Mapping[str, int]


_RUNS = rows_of(PurgeRun, purge_run).order_by(purge_run.c.day.desc())
_NEWEST = Read(PurgeRun, _RUNS.limit(bindparam("limit")))
_OF_DAY = Read(PurgeRun, _RUNS.where(purge_run.c.day == bindparam("day")).with_for_update())
_KEEP = Write.upsert(purge_run, ["day"], ["done_at", "erased", "overdue"])


def purge_runs(rows: Rows, *, limit: int) -> list[PurgeRun]:
    """At most `limit` days with purges, the newest first."""
    return rows.all(_NEWEST, limit=limit)


def keep_purge_run(
    rows: WrittenRows, now: datetime, erased: Mapping[str, int], overdue: Mapping[str, int]
) -> None:
    """Adds what a purge erased to its day; `overdue`: what was left over time after it."""
    before = rows.one(_OF_DAY, day=now.date())
    counts = dict(before.erased) if before else {}
    for table, count in erased.items():
        if count:
            counts[table] = counts.get(table, 0) + count
    left = {table: count for table, count in overdue.items() if count}
    rows.execute(_KEEP, day=now.date(), done_at=now, erased=counts, overdue=left)
