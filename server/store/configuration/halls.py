"""Halls: the row of each, with the revisions of the documents that apply."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Row, Rows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.journal.hash_chain import GENESIS
from server.store.tables.journals import hall


@dataclass(frozen=True, slots=True)
class HallRevisions:
    """What decides the configuration of a hall: revisions of documents, and how many targets were decided.

    `configuration_revision` is 0 until the hall's document is published.
    """

    id: str
    slug: str
    configuration_revision: int
    installation_revision: int
    targets_decided: int

    @property
    def is_configured(self) -> bool:
        """Whether the hall's document was published."""
        return self.configuration_revision > 0


@dataclass(frozen=True, slots=True)
class HallRow(HallRevisions):
    """A hall, with the epoch, version, length and last hash of its journal."""

    epoch: str
    version: int
    journal_length: int
    head_hash: str


@dataclass(frozen=True, slots=True)
class _NewHall:
    id: str
    slug: str
    epoch: str
    version: int
    journal_length: int
    head_hash: str
    configuration_revision: int
    installation_revision: int
    number_offset: int


_ALL = Read(HallRow, rows_of(HallRow, hall).order_by(hall.c.slug))
_ID_OF_SLUG = Read(str, select(hall.c.id).where(hall.c.slug == bindparam("slug")))
_INSERT = Write.new_row(hall, _NewHall)
_SET_CONFIGURATION = Write(hall.update().where(hall.c.id == bindparam("row_id")), "configuration_revision")
_SET_INSTALLATION = Write(hall.update(), "installation_revision")


def revisions_of(row: Row) -> HallRevisions:
    """The revisions in a hall's row that a transaction keeps as the database returned it."""
    return HallRevisions(
        row["id"],
        row["slug"],
        row["configuration_revision"],
        row["installation_revision"],
        row["targets_decided"],
    )


def all_halls(rows: Rows) -> list[HallRow]:
    """Every hall, in the order of their slugs."""
    return rows.all(_ALL)


def hall_id_of(rows: Rows, slug: str) -> str | None:
    """The id of the hall with a slug; None where there is none."""
    return rows.one(_ID_OF_SLUG, slug=slug)


def insert_hall(transaction: Writes, *, hall: str, slug: str, epoch: str, installation_revision: int) -> None:
    """The row of a new hall (id), with an empty journal and no document yet."""
    new = _NewHall(
        id=hall,
        slug=slug,
        epoch=epoch,
        version=0,
        journal_length=0,
        head_hash=GENESIS,
        configuration_revision=0,
        installation_revision=installation_revision,
        number_offset=0,
    )
    transaction.run(_INSERT, **values_of(new))


def set_configuration_revision(transaction: Writes, hall: str, revision: int) -> None:
    """This revision of its document applies in a hall (id) from now on."""
    transaction.run(_SET_CONFIGURATION, row_id=hall, configuration_revision=revision)


def set_installation_revision(transaction: Writes, revision: int) -> None:
    """This revision of the installation's document applies in every hall from now on."""
    transaction.run(_SET_INSTALLATION, installation_revision=revision)
