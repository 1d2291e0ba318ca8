"""Purge: erase personal values, tickets' tokens, answers and sessions whose time is over; no fact changes."""

from server.store.operation.erase_expired import erase_past
from server.store.transactions.database import Database


def purge(database: Database) -> dict[str, int]:
    """How many rows of each table were erased; values and their salts go together."""
    return erase_past(database, database.clock.now())
