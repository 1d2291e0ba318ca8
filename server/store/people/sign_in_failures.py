"""Failed sign-ins, counted by bucket: the keyed digest of a login, an address or a browser."""

from datetime import datetime

from sqlalchemy import bindparam, select

from server.domain.people.sign_in_delays import Failures
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write
from server.store.tables.journals import installation
from server.store.tables.people import sign_in_failure

_FAILURES = Read(
    Failures,
    select(
        sign_in_failure.c.failures.label("count"),
        sign_in_failure.c.failed_at,
        sign_in_failure.c.blocked_until,
    ).where(sign_in_failure.c.bucket == bindparam("bucket")),
)
_LOCKED_SECRET = Read(str, select(installation.c.secret).where(installation.c.id == 1).with_for_update())
_KEEP = Write.upsert(sign_in_failure, ["bucket"], ["failures", "failed_at", "blocked_until"])
_OF_BUCKET = sign_in_failure.c.bucket == bindparam("of_bucket")
_DELETE = Write(sign_in_failure.delete().where(_OF_BUCKET))
_TAKE_BACK = Write(
    sign_in_failure.update()
    .where(_OF_BUCKET)
    .values(failures=sign_in_failure.c.failures - 1, blocked_until=bindparam("until"))
)


def lock_secret(rows: WrittenRows) -> str:
    """The installation's secret, under its lock: attempts are counted one after the other."""
    secret = rows.one(_LOCKED_SECRET)
    assert secret is not None
    return secret


def failures_of(rows: Rows, bucket: str) -> Failures | None:
    """The failures counted in a bucket; None where it is empty."""
    return rows.one(_FAILURES, bucket=bucket)


def keep_failures(rows: WrittenRows, bucket: str, failures: Failures) -> None:
    """Keeps the failures counted in a bucket."""
    rows.execute(
        _KEEP,
        bucket=bucket,
        failures=failures.count,
        failed_at=failures.failed_at,
        blocked_until=failures.blocked_until,
    )


def forget_failures(rows: WrittenRows, bucket: str) -> None:
    """Empties a bucket."""
    rows.execute(_DELETE, of_bucket=bucket)


def take_back_failure(rows: WrittenRows, bucket: str, *, blocked_until: datetime) -> None:
    """Counts one failure less in a bucket, which blocks until then."""
    rows.execute(_TAKE_BACK, of_bucket=bucket, until=blocked_until)
