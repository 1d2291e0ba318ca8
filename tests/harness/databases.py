"""Databases with tables, for tests that need no served product."""

from server.clock import Clock
from server.store.operation.migrating import migrate
from server.store.transactions.database import Database


def make_tables(url: str) -> None:
    """Brings an empty database to the newest schema."""
    database = Database(url, Clock())
    migrate(database)
    database.close()
