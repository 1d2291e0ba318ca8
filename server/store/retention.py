"""How long people chose to keep things, and what the purges of each day erased: nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.journals import purge_run, register_text, retention_choice


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


@dataclass(frozen=True, slots=True)
class _Choice:
    name: str
    days: int


@dataclass(frozen=True, slots=True)
class _RegisterText:
    name: str
    text: str


_CHOICES = Read(_Choice, rows_of(_Choice, retention_choice))
_TEXTS = Read(_RegisterText, rows_of(_RegisterText, register_text))
_KEEP_TEXT = Write.upsert(register_text, ["name"], ["text"])
_DELETE_TEXT = Write(register_text.delete().where(register_text.c.name == bindparam("of_name")))


def chosen_days(rows: Rows) -> dict[str, int]:
    """The days that the site chose, by the names of rows of the schedule."""
    return {each.name: each.days for each in rows.all(_CHOICES)}


def register_texts(rows: Rows) -> dict[str, str]:
    """What the site says of its processing, by the names of the gaps it fills."""
    return {each.name: each.text for each in rows.all(_TEXTS)}


def keep_register_text(transaction: Writes, name: str, text: str) -> None:
    """Keeps the words of a gap; none: it is a gap again."""
    if text:
        transaction.run(_KEEP_TEXT, name=name, text=text)
    else:
        transaction.run(_DELETE_TEXT, of_name=name)
