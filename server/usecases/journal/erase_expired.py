"""Purge: erase personal values, tickets' tokens, answers and sessions whose time is over; no fact changes."""

from server.store.operation.backup import delete_replaced
from server.store.operation.erase_expired import count_past, erase_past
from server.store.retention import chosen_days, keep_purge_run
from server.store.transactions.database import Database


def purge(database: Database) -> dict[str, int]:
    """How many rows of each table were erased; values and their salts go together.

    Adds the counts to the report of the day, with what is over time all the same (none, unless it failed).
    Deletes the files of former databases that restores left, too.
    """
    now = database.clock.now()
    counts = erase_past(database, now)
    delete_replaced(database.url, now)
    with database.read() as rows:
        overdue = count_past(rows, now, chosen_days(rows))
    with database.store.write() as rows:
        keep_purge_run(rows, now, counts, overdue)
    return counts
