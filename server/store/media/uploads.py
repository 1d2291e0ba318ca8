"""Uploads that wait to be prepared: each is claimed by one worker for a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.media import upload


@dataclass(frozen=True, slots=True)
class WaitingUpload:
    """The medium (id) whose upload waits, and how often somebody began to prepare it."""

    medium: str
    tries: int


_IS_FREE = or_(upload.c.claimed_until.is_(None), upload.c.claimed_until <= bindparam("now"))
_OF_MEDIUM = upload.c.medium == bindparam("of_medium")
_WAITING = Read(WaitingUpload, rows_of(WaitingUpload, upload).where(_IS_FREE).order_by(upload.c.medium))
_MEDIA = Read(str, select(upload.c.medium))
_INSERT = Write(upload.insert(), "medium", "claimed_until", "tries")
_CLAIM = Write(
    upload.update()
    .where(_OF_MEDIUM, _IS_FREE)
    .values(claimed_until=bindparam("until"), tries=upload.c.tries + 1)
)
_RELEASE = Write(upload.update().where(_OF_MEDIUM).values(claimed_until=None))
_RELEASE_ALL = Write(upload.update().values(claimed_until=None))
_DELETE = Write(upload.delete().where(_OF_MEDIUM))


def waiting_uploads(rows: Rows, now: datetime) -> list[WaitingUpload]:
    """The uploads that nobody prepares now, the oldest first."""
    return rows.all(_WAITING, now=now)


def media_to_prepare(rows: Rows) -> set[str]:
    """The ids of the media whose upload waits or is being prepared."""
    return set(rows.all(_MEDIA))


def insert_upload(transaction: Writes, medium: str) -> None:
    """The upload of a medium waits from now on."""
    transaction.run(_INSERT, medium=medium, claimed_until=None, tries=0)


def claim_upload(rows: WrittenRows, medium: str, *, now: datetime, until: datetime) -> bool:
    """Takes the upload of a medium until an instant; False when another worker has it, or it is gone."""
    return bool(rows.execute(_CLAIM, of_medium=medium, now=now, until=until))


def release_upload(transaction: Writes, medium: str) -> None:
    """Gives back the upload of a medium, so that it is prepared again."""
    transaction.run(_RELEASE, of_medium=medium)


def release_every_upload(rows: WrittenRows) -> None:
    """Gives back all uploads that workers had claimed."""
    rows.execute(_RELEASE_ALL)


def delete_upload(transaction: Writes, medium: str) -> None:
    """The upload of a medium waits no more."""
    transaction.run(_DELETE, of_medium=medium)
