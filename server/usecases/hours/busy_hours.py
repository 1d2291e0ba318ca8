"""How busy each opening hour of a week is: counted once a day, in words for card, poster and pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Weekday
from server.domain.hours.busy_hours import (
    COUNTED_WEEKS,
    WEEKS_OF_SMALL_HALLS,
    Affluence,
    CrowdLevel,
    OpenMinutes,
    Slot,
    TicketsOfDay,
    count_tickets,
    crowd_levels,
    needs_more_weeks,
    open_slots,
    spans_of_level,
)
from server.domain.hours.calendars import Calendar, business_day
from server.domain.hours.windows import covered_days
from server.domain.instants import from_micros
from server.store.hours import tickets_by_hour
from server.store.notices.affluence import affluence_of, keep_affluence
from server.store.transactions.database import Database
from server.usecases.hours.hours_words import (
    DayInWords,
    Say,
    WeekdaysInWords,
    begun,
    exceptions_in_words,
    spans_in_words,
    week_in_words,
    weekday_name,
)

WHOLE_WEEK = 7 * 24
"""The hours of a week."""
CLOSED: Final = "closed"
UNKNOWN: Final = "unknown"
"""What stands in the place of a level: the hall is closed, or too few people came to say."""


CrowdShown = Literal["quiet", "moderate", "busy", "closed", "unknown"]
_SHOWN: Mapping[CrowdLevel, CrowdShown] = {
    CrowdLevel.QUIET: "quiet",
    CrowdLevel.MODERATE: "moderate",
    CrowdLevel.BUSY: "busy",
}


class CrowdDayShown(TypedDict):
    """An open weekday: a level for each hour of the table, and all of it in words."""

    weekday: Weekday
    """Monday is 0."""
    day: str
    short: str
    """The name of the weekday where there is little room."""
    levels: list[CrowdShown]
    """`unknown`: too few visits to say."""
    words: str


class CrowdTable(TypedDict):
    """How busy each opening hour of a week is."""

    hours: list[str]
    """The clock hour that each column begins at, in words."""
    days: list[CrowdDayShown]
    names: dict[str, str]
    """The words of the levels."""
    source: str
    """How many weeks it is known from."""


def crowds_in_words(counted: Affluence, calendar: Calendar, language: str, say: Say) -> CrowdTable | None:
    """The table of a hall; None where too little is known of every hour."""
    opened = open_slots(calendar.weekly)
    levels = crowd_levels(counted, opened)
    if not levels:
        return None
    if len(opened) == WHOLE_WEEK:  # open day and night: only when people come
        known_hours, known_days = {hour for _, hour in levels}, {weekday for weekday, _ in levels}
        opened = {slot: opened[slot] for slot in opened if slot[0] in known_days and slot[1] in known_hours}
    hours = range(min(hour for _, hour in opened), max(hour for _, hour in opened) + 1)
    return {
        "hours": [say("server.crowds.hour", hour=hour) for hour in hours],
        "days": [
            {
                "weekday": weekday,
                "day": begun(weekday_name(weekday, language)),
                "short": begun(weekday_name(weekday, language, form="EEE")),
                "levels": [_level((weekday, hour), levels, opened) for hour in hours],
                "words": _day_words(weekday, levels, opened, language, say),
            }
            for weekday in sorted({weekday for weekday, _ in opened})
        ],
        "names": {level: say(f"server.crowds.{level}") for level in (*CrowdLevel, UNKNOWN, CLOSED)},
        "source": say("server.programme.hours.counted", weeks=counted.weeks),
    }


def _level(slot: Slot, levels: Mapping[Slot, CrowdLevel], opened: Mapping[Slot, OpenMinutes]) -> CrowdShown:
    if slot not in opened:
        return CLOSED
    return _SHOWN[levels[slot]] if slot in levels else UNKNOWN


def _day_words(
    weekday: int,
    levels: Mapping[Slot, CrowdLevel],
    opened: Mapping[Slot, OpenMinutes],
    language: str,
    say: Say,
) -> str:
    """The busy and the quiet hours of a weekday; that it is moderate all day; or that nothing is known."""
    said = []
    for level in (CrowdLevel.BUSY, CrowdLevel.QUIET):
        spans = spans_of_level(levels, opened, weekday, level)
        if spans:
            hours = spans_in_words(spans, language, say)
            said.append(say("server.crowds.when", level=say(f"server.crowds.{level}"), hours=hours))
    if said:
        return ", ".join(said)
    is_known = any(slot[0] == weekday for slot in levels)
    return say("server.crowds.all_day") if is_known else say(f"server.crowds.{UNKNOWN}")


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
