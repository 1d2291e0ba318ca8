"""Heads of journals: how many facts each has, its version, and the hash of its last fact."""

from dataclasses import dataclass

from sqlalchemy import bindparam

from server.domain.refusals import Refusal
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.installation import installation_head
from server.store.tables.journals import hall


@dataclass(frozen=True, slots=True)
class JournalHead:
    """Where a journal stands. `version`: of the hall; 0 for the installation, which has none."""

    journal_length: int
    version: int
    head_hash: str


@dataclass(frozen=True, slots=True)
class _HallHead:
    slug: str
    journal_length: int
    version: int
    head_hash: str

    @property
    def head(self) -> JournalHead:
        return JournalHead(self.journal_length, self.version, self.head_hash)


_OF_HALL = Read(JournalHead, rows_of(JournalHead, hall).where(hall.c.id == bindparam("hall")))
_OF_HALLS = Read(_HallHead, rows_of(_HallHead, hall).order_by(hall.c.slug))


def head_of(rows: Rows, hall: str | None) -> JournalHead:
    """The head of the journal of a hall (id), or of the installation (None).

    Refusals: not_installed, unknown_hall.
    """
    if hall is None:
        found = head_of_installation(rows)
        if found is None:
            raise Refusal("not_installed")
        return found
    of_hall = rows.one(_OF_HALL, hall=hall)
    if of_hall is None:
        raise Refusal("unknown_hall")
    return of_hall


def heads_of_halls(rows: Rows) -> dict[str, JournalHead]:
    """The head of the journal of each hall, by slug."""
    return {each.slug: each.head for each in rows.all(_OF_HALLS)}


def head_of_installation(rows: Rows) -> JournalHead | None:
    """The head of the installation's journal; None where the database was never set up."""
    found = installation_head(rows)
    return None if found is None else JournalHead(found.journal_length, 0, found.head_hash)
