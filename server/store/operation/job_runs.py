"""Which job ran for which hall and business day: a claim that several workers cannot take twice."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from server.store.engine.statements import POSTGRESQL, SQLITE, Read, Rows, Write
from server.store.tables.journals import hall, job_run
from server.store.transactions.database import Database

EVERY_HALL = "*"
"""The hall of a job that is done once for the whole installation."""
_NO_DAY = ""
"""The business day of a job that recurs."""
_IS_THE_RUN = (
    (job_run.c.job == bindparam("of_job"))
    & (job_run.c.hall == bindparam("of_hall"))
    & (job_run.c.business_day == bindparam("of_day"))
)
_RUN = Read(str, select(job_run.c.job).where(_IS_THE_RUN))
_DONE = Read(
    tuple[str, str],
    select(job_run.c.hall, job_run.c.business_day).where(
        job_run.c.job == bindparam("of_job"),
        job_run.c.hall.in_(select(hall.c.id)),
        job_run.c.business_day.in_(bindparam("days", expanding=True)),
    ),
)
_CLAIM = Write(
    {
        SQLITE.name: sqlite.insert(job_run).on_conflict_do_nothing(),
        POSTGRESQL.name: postgresql.insert(job_run).on_conflict_do_nothing(),
    },
    *("job", "hall", "business_day", "done_at"),
)
_CLAIM_AGAIN = Write(
    job_run.update().where(
        _IS_THE_RUN,
        or_(job_run.c.done_at <= bindparam("due_before"), job_run.c.done_at > bindparam("too_far_ahead")),
    ),
    "done_at",
)
"""A claim of the future was made by a clock that was set back since: it must not stop the job."""


def has_run(rows: Rows, job: str, hall: str, day: str) -> bool:
    """Whether a job is done for a hall (id) and a local day (ISO)."""
    return rows.one(_RUN, of_job=job, of_hall=hall, of_day=day) is not None


def done_runs(rows: Rows, job: str, days: Collection[str]) -> frozenset[tuple[str, str]]:
    """The halls (ids) and local days (ISO), of these days, for which a job is done."""
    return frozenset(rows.all(_DONE, of_job=job, days=sorted(days)))


def claim(database: Database, job: str, hall: str, day: str, *, now: datetime) -> bool:
    """Takes a job of a hall (id) and a local day (ISO); False when a worker took it before."""
    with database.store.write() as rows:
        return bool(rows.execute(_CLAIM, job=job, hall=hall, business_day=day, done_at=now))


def claim_every(database: Database, job: str, *, now: datetime, every_s: int) -> bool:
    """Takes a job that recurs; False when a worker took it less than `every_s` seconds ago."""
    every = timedelta(seconds=every_s)
    with database.store.write() as rows:
        if rows.execute(_CLAIM, job=job, hall=EVERY_HALL, business_day=_NO_DAY, done_at=now):
            return True
        return bool(
            rows.execute(
                _CLAIM_AGAIN,
                of_job=job,
                of_hall=EVERY_HALL,
                of_day=_NO_DAY,
                due_before=now - every,
                too_far_ahead=now + every,
                done_at=now,
            )
        )
