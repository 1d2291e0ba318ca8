"""The installation's row (secret, head of the journal, marks that every process compares), and its schema."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import String, column, select, table

from server.domain.refusals import Refusal
from server.store.engine.lookups import ChangeBy, One
from server.store.engine.statements import Read, Rows, Write, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.tables.journals import installation


@dataclass(frozen=True, slots=True)
class InstallationRow:
    """The installation's secret, and whether it is a demonstration."""

    secret: str
    is_demonstration: bool


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


_REVISIONS = frozenset(
    file.name[:4] for file in (Path(__file__).parent / "migrations" / "versions").glob("*.py")
)
"""Read once: an upgrade beside a running server does not change what that server knows."""
SCHEMA = max(_REVISIONS)
"""The revision of the schema that this version reads and writes."""
BASELINE = "0100"
"""The revision of version 0.1.0; databases of earlier revisions never shipped and are not upgraded."""

_IS_THE_ROW = installation.c.id == 1
installation_row = One(InstallationRow, rows_of(InstallationRow, installation).where(_IS_THE_ROW))
"""The installation's row; None where the database was never set up."""
installation_head = One(InstallationHead, rows_of(InstallationHead, installation).where(_IS_THE_ROW))
"""The head of the installation's journal; None where the database was never set up."""
lock_installation = One(
    InstallationHead, rows_of(InstallationHead, installation).where(_IS_THE_ROW).with_for_update()
)
"""Takes the installation's write lock until the transaction ends; the head of its journal, or None."""
access_mark = One(AccessMark, rows_of(AccessMark, installation).where(_IS_THE_ROW))
"""The mark that changes when somebody's rights change; None where the database was never set up."""
_KEEP_HEAD = Write(
    installation.update().where(_IS_THE_ROW), "journal_length", "head_hash", "last_recorded_at"
)
mark_demonstration = ChangeBy(installation.update().where(_IS_THE_ROW).values(is_demonstration=True))
"""The installation is a demonstration from now on."""
_REVISION = Read(str, select(table("alembic_version", column("version_num", String)).c.version_num))


def is_revision(found: str) -> bool:
    """Whether a revision is named as ours are; other programs keep theirs in a table of the same name."""
    return len(found) == len(BASELINE) and found.isdecimal()


def check_revision(revision: str | None) -> None:
    """Refuses a schema that this version cannot bring to its own. `revision`: None for an empty database.

    Refusals: database_foreign, database_too_old, database_too_new.
    """
    if revision is None or revision in _REVISIONS:
        return
    if not is_revision(revision):
        raise Refusal("database_foreign", expected=SCHEMA)
    code = "database_too_old" if revision < BASELINE else "database_too_new"
    raise Refusal(code, revision=revision, expected=SCHEMA)


def check_schema(rows: Rows) -> None:
    """Refuses a database whose schema is not the one of this version.

    Refusals: not_installed where `parvis migrate` was never run, database_not_migrated where it was not run
    since an upgrade, those of `check_revision`.
    """
    revision = rows.one(_REVISION)
    check_revision(revision)
    if revision is None:
        raise Refusal("not_installed")
    if revision != SCHEMA:
        raise Refusal("database_not_migrated", revision=revision, expected=SCHEMA)


def is_demonstration(rows: Rows) -> bool:
    """Whether the installation is a demonstration."""
    row = installation_row(rows)
    return row is not None and row.is_demonstration


def keep_installation_head(transaction: Writes, head: InstallationHead) -> None:
    """Writes the head of the installation's journal."""
    transaction.run(_KEEP_HEAD, **values_of(head))
