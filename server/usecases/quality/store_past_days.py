"""Store what a hall counted on days, in months and in years that are over, before somebody asks for it."""

import time
from datetime import date, timedelta

from server.store.quality.stored_rollups import days_with_rows, names_of_stored_days
from server.store.transactions.database import Database
from server.usecases.quality.count_days import count_day, counted_hall
from server.usecases.quality.read_totals import read_totals

KEPT_READY = timedelta(days=400)
"""How far back the nightly round stores what is missing: later corrections, or all after an upgrade."""


def store_past_days(database: Database, hall: str) -> int:
    """How many days of a hall (id) were counted and stored; also its last whole months and year."""
    counted = counted_hall(database, hall)
    first = counted.today - KEPT_READY
    with database.read() as rows:
        days = days_with_rows(rows, counted.id, first, counted.today)
        stored = names_of_stored_days(rows, counted.id, first, counted.today, shape=counted.shape)
    missing = [day for day in days if day not in stored]
    for day in missing:
        count_day(database, counted, day)
        time.sleep(0)
    if days:
        read_totals(database, [hall], date(counted.today.year - 1, 1, 1), counted.today)
    return len(missing)
