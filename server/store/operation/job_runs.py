"""Which job ran for which hall and business day: a claim that several workers cannot take twice."""

from datetime import datetime
from typing import Any

from server.domain.instants import to_micros

EVERY_HALL = "*"
_INSERT = (
    "INSERT INTO job_run (job, hall, business_day, done_at) VALUES (:job, :hall, :business_day, :at)"
    " ON CONFLICT DO NOTHING"
)
_AGAIN = (
    "UPDATE job_run SET done_at = :at WHERE job = :job AND hall = :hall AND business_day = :business_day"
    " AND (done_at <= :before OR done_at > :ahead)"
)
"""A claim from the future was made by a clock that has been set back since: it holds nobody up."""


def has_run(rows: Any, job: str, hall: str, day: str) -> bool:
    """Whether a job is done for a hall and day."""
    sql = "SELECT done_at FROM job_run WHERE job = :job AND hall = :hall AND business_day = :day"
    return rows.one(sql, job=job, hall=hall, day=day) is not None


def claim(database: Any, job: str, hall: str, day: str, *, now: datetime) -> bool:
    """Takes a job of a hall and day; False when it was taken before, by whichever worker."""
    values = {"job": job, "hall": hall, "business_day": day, "at": to_micros(now)}
    with database.store.write() as rows:
        return bool(rows.run(_INSERT, values))


def claim_every(database: Any, job: str, *, now: datetime, every_s: int) -> bool:
    """Takes a job that recurs; False when it was taken less than `every_s` seconds ago."""
    at, every = to_micros(now), every_s * 1_000_000
    values = {"job": job, "hall": EVERY_HALL, "business_day": "", "at": at}
    with database.store.write() as rows:
        if rows.run(_INSERT, values):
            return True
        return bool(rows.run(_AGAIN, {**values, "before": at - every, "ahead": at + every}))
