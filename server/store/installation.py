"""The installation's row: its secret, the head of its journal, and marks that every process compares."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.journals import installation


@dataclass(frozen=True, slots=True)
class InstallationRow:
    """The installation's secret, whether it is a demonstration, and until when former cookies count."""

    secret: str
    is_demonstration: bool
    former_cookies_until: datetime


@dataclass(frozen=True, slots=True)
class InstallationHead:
    """Where the installation's journal stands: how many facts, the hash and instant of the last one."""

    journal_length: int
    head_hash: str
    last_recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessMark:
    """A mark that changes when somebody's rights change."""

    journal_length: int
    access_version: int


_IS_THE_ROW = installation.c.id == 1
_ROW = Read(InstallationRow, rows_of(InstallationRow, installation).where(_IS_THE_ROW))
_HEAD = Read(InstallationHead, rows_of(InstallationHead, installation).where(_IS_THE_ROW))
_LOCKED_HEAD = Read(
    InstallationHead, rows_of(InstallationHead, installation).where(_IS_THE_ROW).with_for_update()
)
_MARK = Read(AccessMark, rows_of(AccessMark, installation).where(_IS_THE_ROW))
_SEALED_AT = Read(datetime, select(installation.c.rights_sealed_at).where(_IS_THE_ROW))
_KEEP_HEAD = Write(
    installation.update().where(_IS_THE_ROW), "journal_length", "head_hash", "last_recorded_at"
)
_SET_DEMONSTRATION = Write(installation.update().where(_IS_THE_ROW), "is_demonstration")
_SET_SEALED = Write(installation.update().where(_IS_THE_ROW), "rights_sealed_at")


def installation_row(rows: Rows) -> InstallationRow | None:
    """The installation's row; None where the database was never set up."""
    return rows.one(_ROW)


def is_demonstration(rows: Rows) -> bool:
    """Whether the installation is a demonstration."""
    row = rows.one(_ROW)
    return row is not None and row.is_demonstration


def installation_head(rows: Rows) -> InstallationHead | None:
    """The head of the installation's journal; None where the database was never set up."""
    return rows.one(_HEAD)


def lock_installation(rows: WrittenRows) -> InstallationHead | None:
    """Takes the installation's write lock until the transaction ends; the head of its journal, or None."""
    return rows.one(_LOCKED_HEAD)


def access_mark(rows: Rows) -> AccessMark | None:
    """The mark that changes when somebody's rights change; None where the database was never set up."""
    return rows.one(_MARK)


def rights_sealed_at(rows: Rows) -> datetime | None:
    """The instant at which rights older than seals were sealed; None before it."""
    return rows.one(_SEALED_AT)


def keep_installation_head(transaction: Writes, head: InstallationHead) -> None:
    """Writes the head of the installation's journal."""
    transaction.run(_KEEP_HEAD, **values_of(head))


def mark_demonstration(rows: WrittenRows) -> None:
    """The installation is a demonstration from now on."""
    rows.execute(_SET_DEMONSTRATION, is_demonstration=True)


def note_rights_sealed(transaction: Writes, at: datetime) -> None:
    """Notes the instant at which rights older than seals were sealed."""
    transaction.run(_SET_SEALED, rights_sealed_at=at)
