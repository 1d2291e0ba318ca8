"""Store what a hall counted on days, in months and in years that are over, before somebody reads it."""

from collections.abc import Iterator
from datetime import date

from server.store.quality.stored_rollups import days_with_rows, names_of_stored_days
from server.store.reports.first_days import has_legs_before
from server.store.transactions.database import Database
from server.usecases.quality.count_days import ONE_DAY, CountedHall, count_day, counted_hall
from server.usecases.quality.read_totals import read_totals


def store_past_days(database: Database, hall: str) -> Iterator[date]:
    """Counts and stores what is missing of a hall’s (id) past, month by month, the newest first.

    Yields after each day that it counted and after each month, so that the caller may let other work through
    or stop; what is stored by then stays, and a later run goes on from there. Refusal: unknown_hall.
    """
    counted = counted_hall(database, hall)
    ends_on = counted.today
    while True:
        first = (ends_on - ONE_DAY).replace(day=1)
        for day in _missing_days(database, counted, first, ends_on):
            count_day(database, counted, day)
            yield day
        if ends_on < counted.today or ends_on.day == 1:
            read_totals(database, [hall], first, ends_on)
        yield first
        with database.read() as rows:
            is_last = not has_legs_before(rows, counted.id, first)
        new_year = date(first.year + 1, 1, 1)
        if (is_last or first.month == 1) and new_year <= counted.today:
            read_totals(database, [hall], date(first.year, 1, 1), new_year)
        if is_last:
            return
        ends_on = first


def _missing_days(database: Database, hall: CountedHall, starts_on: date, ends_on: date) -> list[date]:
    with database.read() as rows:
        days = days_with_rows(rows, hall.id, starts_on, ends_on)
        stored = names_of_stored_days(rows, hall.id, starts_on, ends_on, shape=hall.shape)
    return sorted(set(days) - stored, reverse=True)
