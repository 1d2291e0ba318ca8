"""Halls: their row, their list, and what each anchors."""

from typing import Any

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.engine.rows import Row
from server.store.journal.hash_chain import GENESIS


def create_hall(database: Any, author: Author, slug: str) -> str:
    """The id of a hall, a new one with an empty journal and a first epoch unless it exists.

    Refusal: not_configured.
    """
    hall, epoch = new_id(), new_id()
    with database.installation_transaction(author) as transaction:
        existing = transaction.one("SELECT id FROM hall WHERE slug = :slug", slug=slug)
        if existing is not None:
            return str(existing["id"])
        installation = newest(transaction, INSTALLATION, INSTALLATION)
        if installation is None:
            raise Refusal("not_configured", hall=INSTALLATION)
        transaction.insert(
            "hall",
            id=hall,
            slug=slug,
            epoch=epoch,
            version=0,
            journal_length=0,
            head_hash=GENESIS,
            configuration_revision=0,
            installation_revision=installation.revision,
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
            " installation_revision, targets_decided FROM hall ORDER BY slug"
        )
    )
