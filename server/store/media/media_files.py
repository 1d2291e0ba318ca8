"""The folder of media, `var/media`: prepared files by the SHA-256 of their bytes; uploads and their rows."""

import errno
import hashlib
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, or_, select

from server.domain.refusals import Refusal
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.media import upload

NAME = re.compile(r"[0-9a-f]{64}\.(?:jpg|png|webp|webm|woff2)")
"""What a prepared file is named."""
RESERVE_BYTES = 500_000_000
"""The bytes that uploads leave free on the disk for the database and its journals."""
YOUNG_S = 3600.0
"""How long a file that belongs to no medium is kept: it may have been prepared just now."""


@dataclass(frozen=True, slots=True)
class ReceivedUpload:
    """An upload on the disk: its file, its size in bytes, its SHA-256."""

    file: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MediaFiles:
    """The folder, made when it is first needed. `reserve`: the bytes that uploads leave free on its disk."""

    folder: Path
    reserve: int = RESERVE_BYTES

    @property
    def incoming(self) -> Path:
        """Where uploads wait to be prepared."""
        return self.folder / "incoming"

    def path(self, name: str) -> Path | None:
        """The path of a prepared file; None where there is none of this name."""
        place = self.folder / name
        return place if NAME.fullmatch(name) and place.is_file() else None

    def upload(self, medium: str) -> Path:
        """Where the upload of a medium waits."""
        return self.incoming / medium

    def check_room(self, size: int) -> None:
        """Refuses an upload of so many bytes that the disk has no room for. Refusal: storage_full."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.incoming).free < size + self.reserve:
            raise Refusal("storage_full")

    def new_part(self) -> Path:
        """A new path for an upload that is being received."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        return self.incoming / f"{secrets.token_hex(8)}.part"

    def names(self) -> set[str]:
        """The names of the prepared files in the folder."""
        if not self.folder.is_dir():
            return set()
        return {path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name)}

    def remove(self, names: Iterable[str]) -> None:
        """Removes prepared files by their names; one may be gone already."""
        for name in names:
            if NAME.fullmatch(name):
                (self.folder / name).unlink(missing_ok=True)

    def old(self, *, now_s: float) -> Iterator[Path]:
        """The files and folders that nobody has written for an hour. `now_s`: seconds since 1970."""
        for folder in (self.folder, self.incoming):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path != self.incoming and path.stat().st_mtime < now_s - YOUNG_S:
                    yield path


@contextmanager
def full_disk_is_refused() -> Iterator[None]:
    """Turns the error of a full disk into a refusal. Refusal: storage_full."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refusal("storage_full") from error
        raise


def receive(chunks: Iterable[bytes], file: Path, *, largest: int) -> ReceivedUpload:
    """Writes an upload to a file while it arrives. Nothing stays of one that is refused or breaks off.

    Refusals: medium_too_large beyond `largest` bytes, medium_empty, storage_full.
    """
    size, digest = 0, hashlib.sha256()
    try:
        with full_disk_is_refused(), file.open("wb") as written:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise too_large(largest)
                digest.update(chunk)
                written.write(chunk)
        if size == 0:
            raise Refusal("medium_empty")
    except BaseException:
        if file.is_file():
            file.unlink()
        raise
    return ReceivedUpload(file, size, digest.hexdigest())


def too_large(largest: int) -> Refusal:
    """The refusal of an upload of more bytes than `largest`."""
    return Refusal("medium_too_large", megabytes=largest // 1_000_000)


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
