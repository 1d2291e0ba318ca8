"""Read the opening hours of a hall and how busy they are, for a poster and for pages."""

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.hours.busy_hours import Affluence
from server.domain.hours.calendars import business_day
from server.domain.hours.windows import covered_days
from server.store.notices.affluence import affluence_of
from server.store.transactions.database import Database
from server.usecases.hours.crowd_words import CrowdTable, crowds_in_words
from server.usecases.hours.hours_words import (
    DayInWords,
    WeekdaysInWords,
    exceptions_in_words,
    week_in_words,
)


@dataclass(frozen=True, slots=True)
class BusyHours:
    """The hours of a hall in one language: the week, the next days that differ, how busy each hour is.

    `crowds`: None where too little is known. `weekday`: today's, 0 is Monday.
    """

    week: list[WeekdaysInWords]
    exceptions: list[DayInWords]
    crowds: CrowdTable | None
    weekday: int


def read_busy_hours(database: Database, hall: str, language: str, translate: Callable[..., str]) -> BusyHours:
    """The hours of a hall (id or slug) as last counted. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    calendar = database.configuration(hall_id).calendar
    now = database.clock.now()
    with database.read() as rows:
        counted = affluence_of(rows, hall_id) or Affluence()

    def say(key: str, **values: object) -> str:
        return translate(key, language, **values)

    return BusyHours(
        week_in_words(calendar, language, say),
        exceptions_in_words(calendar, covered_days(calendar, now), language, say),
        crowds_in_words(counted, calendar, language, say),
        business_day(calendar, now).weekday(),
    )
