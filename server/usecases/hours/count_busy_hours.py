"""Count the tickets a hall gives by weekday and local hour, over some weeks: once a day, off requests."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from server.domain.hours.busy_hours import (
    COUNTED_WEEKS,
    WEEKS_OF_SMALL_HALLS,
    Affluence,
    TicketsOfDay,
    count_tickets,
    needs_more_weeks,
)
from server.domain.hours.calendars import business_day
from server.domain.instants import from_micros
from server.store.hours import tickets_by_hour
from server.store.notices.affluence import keep_affluence
from server.store.transactions.database import Database


def count_affluence(database: Database, hall: str) -> Affluence:
    """What was counted of the days before today, in place of what was counted last. `hall` is its id."""
    calendar = database.configuration(hall).calendar
    zone = ZoneInfo(calendar.time_zone)
    now = database.clock.now()
    today = business_day(calendar, now)

    def count(weeks: int) -> Affluence:
        with database.read() as rows:
            found = tickets_by_hour(rows, hall, first=today - timedelta(weeks=weeks), last=today)
        tickets = (
            TicketsOfDay(
                row.business_day, from_micros(row.hour * 3_600_000_000).astimezone(zone).hour, row.tickets
            )
            for row in found
        )
        return count_tickets(tickets, calendar, weeks=weeks)

    counted = count(COUNTED_WEEKS)
    if needs_more_weeks(counted):
        counted = count(WEEKS_OF_SMALL_HALLS)
    with database.store.write() as rows:
        keep_affluence(rows, hall, counted, now)
    return counted
