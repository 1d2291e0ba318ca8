"""Halls: their row, their list, and what each anchors."""

from typing import Any

from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.ids import new_id
from server.store.engines import Row
from server.store.installation import Author
from server.store.journal import GENESIS


def create_hall(database: Any, author: Author, slug: str, *, installation_revision: int) -> str:
    """A new hall with an empty journal and a first epoch; its id."""
    hall, epoch = new_id(), new_id()
    with database.installation_transaction(author) as transaction:
        transaction.insert(
            "hall",
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
        transaction.record(
            of_kind(FactKind.HALL_CREATED, hall=hall, slug=slug, at=to_micros(transaction.now))
        )
    return hall


def all_halls(rows: Any) -> list[Row]:
    """Every hall, by slug."""
    return list(
        rows.all(
            "SELECT id, slug, epoch, version, journal_length, head_hash, configuration_revision,"
            " installation_revision FROM"
            " hall ORDER BY slug"
        )
    )
