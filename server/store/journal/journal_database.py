"""What reading and rebuilding journals needs of a database."""

from typing import Protocol

from server.clock import Clock
from server.store.engine.postgres import PostgresStore
from server.store.engine.stores import SqliteStore


class JournalDatabase(Protocol):
    """A database with its clock and the ids of its halls: `server.store.transactions.database.Database`.

    That module records facts in journals, so journals cannot import it.
    """

    store: SqliteStore | PostgresStore
    clock: Clock

    def hall_id(self, name: str) -> str:
        """The id of a hall given by id or slug. Refusal: unknown_hall."""
