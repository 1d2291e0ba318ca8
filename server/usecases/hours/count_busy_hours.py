"""Count the tickets a hall gives by weekday and local hour, over eight weeks: once a day, off requests."""

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.domain.hours.busy_hours import COUNTED_WEEKS
from server.domain.hours.calendars import business_day
from server.domain.instants import from_micros
from server.store.hours.busy_hours import tickets_by_hour
from server.store.notices.affluence import Affluence, keep_affluence
from server.store.transactions.database import Database


def count_affluence(database: Database, hall: str) -> Affluence:
    """What was counted of the days before today, in place of what was counted last. `hall` is its id."""
    configuration = database.configuration(hall)
    zone = ZoneInfo(configuration.site.time_zone)
    now = database.clock.now()
    today = business_day(configuration.calendar, now)
    first = today - timedelta(weeks=COUNTED_WEEKS)
    with database.read() as rows:
        found = tickets_by_hour(rows, hall, first=first, last=today)
    tickets: Counter[tuple[int, int]] = Counter()
    days: dict[int, set[date]] = {}
    for row in found:
        local = from_micros(row.hour * 3_600_000_000).astimezone(zone)
        tickets[local.weekday(), local.hour] += row.tickets
        days.setdefault(local.weekday(), set()).add(row.business_day)
    counted = Affluence(dict(tickets), {weekday: len(dates) for weekday, dates in days.items()})
    with database.store.write() as rows:
        keep_affluence(rows, hall, counted, now)
    return counted
