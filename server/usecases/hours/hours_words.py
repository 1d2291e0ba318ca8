"""Opening hours in words, and how busy each of them is: counted once a day, for card, poster and pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby
from typing import Final, Literal, TypedDict
from zoneinfo import ZoneInfo

from babel.dates import format_date

from hardware.json_types import Weekday
from server.domain.hours.busy_hours import (
    COUNTED_WEEKS,
    WEEKS_OF_SMALL_HALLS,
    Affluence,
    BusyAndQuiet,
    CrowdLevel,
    HoursOfWeek,
    OpenMinutes,
    Slot,
    TicketsOfDay,
    count_tickets,
    crowd_levels,
    needs_more_weeks,
    open_slots,
    spans_of_level,
)
from server.domain.hours.calendars import MIDNIGHT, Calendar, Span, business_day, spans_on
from server.domain.hours.windows import covered_days
from server.domain.instants import from_micros
from server.domain.languages import text_in
from server.language import locale_of
from server.store.hours import tickets_by_hour
from server.store.notices.displays import affluence_of, keep_affluence
from server.store.transactions.database import Database

type Say = Callable[..., str]
"""A sentence by its key, in the language of the lines."""

_MONDAY = date(2024, 1, 1)
_ROUND_THE_CLOCK = (Span(MIDNIGHT, MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class WeekdaysInWords:
    """Weekdays in a row (0 is Monday) with the same hours: `days` and `hours` in words."""

    weekdays: tuple[int, ...]
    days: str
    hours: str


@dataclass(frozen=True, slots=True)
class DayInWords:
    """A day whose hours are not those of its weekday: `why` is empty where nobody says it."""

    on: date
    day: str
    hours: str
    why: str


def hours_lines(calendar: Calendar, days: Sequence[date], language: str, say: Say) -> list[str]:
    """The week's hours, weekdays alike together, then those of `days` that are not as the week, and why."""
    week = week_in_words(calendar, language, say)
    lines = [_line(row.days, row.hours, say) if row.hours else row.days for row in week]
    for row in exceptions_in_words(calendar, days, language, say):
        line = _line(row.day, row.hours, say)
        lines.append(say("server.programme.hours.because", line=line, why=row.why) if row.why else line)
    return lines


def week_in_words(calendar: Calendar, language: str, say: Say) -> list[WeekdaysInWords]:
    """The week's hours, weekdays alike together; one row without hours where it is open day and night."""
    week = _week_of(calendar)
    if _is_round_the_clock(week):
        return [WeekdaysInWords(tuple(week), say("server.programme.hours.round_the_clock"), "")]
    rows = []
    for spans, alike in groupby(range(7), key=lambda weekday: week[weekday]):
        weekdays = tuple(alike)
        names = _days([weekday_name(weekday, language) for weekday in weekdays], say)
        rows.append(WeekdaysInWords(weekdays, begun(names), hours_in_words(spans, language, say)))
    return rows


def exceptions_in_words(
    calendar: Calendar, days: Sequence[date], language: str, say: Say
) -> list[DayInWords]:
    """Those of `days` whose hours are not those of their weekday, in order."""
    week = _week_of(calendar)
    if _is_round_the_clock(week):
        return []
    rows = []
    for on in days:
        spans = spans_on(calendar, on)
        if spans != week[on.weekday()]:
            why = text_in(calendar.why.get(on, {}), language)
            rows.append(DayInWords(on, begun(_date(on, language)), hours_in_words(spans, language, say), why))
    return rows


def affluence_lines(found: BusyAndQuiet, language: str, say: Say) -> list[str]:
    """When most people come and when fewest do, with what that is known from; nothing where it is not."""
    lines = []
    if found.busy:
        lines.append(say("server.programme.hours.busy", spans=_slots(found.busy, language, say)))
    if found.quiet:
        lines.append(say("server.programme.hours.quiet", spans=_slots(found.quiet, language, say)))
    return [*lines, say("server.programme.hours.counted", weeks=found.weeks)] if lines else []


def weekday_name(weekday: int, language: str, *, form: str = "EEEE") -> str:
    """The name of a weekday (0 is Monday); `form` "EEE" shortens it."""
    return str(format_date(_MONDAY + timedelta(days=weekday), form, locale=language))


def _date(on: date, language: str) -> str:
    return str(format_date(on, "EEEE d MMMM", locale=locale_of(language)))


def _days(names: Sequence[str], say: Say) -> str:
    if len(names) < 3:
        return _listed(names, say)
    return say("server.programme.hours.days", first=names[0], last=names[-1])


def _listed(parts: Sequence[str], say: Say) -> str:
    if len(parts) == 1:
        return parts[0]
    return say("server.programme.hours.listed", first=", ".join(parts[:-1]), last=parts[-1])


def _week_of(calendar: Calendar) -> dict[int, tuple[Span, ...]]:
    return {weekday: tuple(calendar.weekly.get(weekday, ())) for weekday in range(7)}


def _is_round_the_clock(week: dict[int, tuple[Span, ...]]) -> bool:
    return all(spans == _ROUND_THE_CLOCK for spans in week.values())


def _line(days: str, hours: str, say: Say) -> str:
    return say("server.programme.hours.line", days=days, hours=hours)


def begun(words: str) -> str:
    """The words with a capital letter first."""
    return words[:1].upper() + words[1:]


def hours_in_words(spans: Sequence[Span], language: str, say: Say) -> str:
    """The hours of a day in words, « fermé » for none."""
    phrases = [
        say(
            "server.programme.hours.span",
            opens=clock_words(span.opens, language, say),
            closes=clock_words(span.closes, language, say),
        )
        for span in spans
    ]
    return _listed(phrases, say) if phrases else say("server.programme.hours.closed")


def clock_words(at: time, language: str, say: Say) -> str:
    """A wall time in words (« 8 h 30 », « minuit »)."""
    if at == MIDNIGHT:
        return say("server.programme.hours.midnight")
    if language != "fr":
        return f"{at.hour:02d}:{at.minute:02d}"
    return f"{at.hour}\u00a0h" + (f"\u00a0{at.minute:02d}" if at.minute else "")


def _time_of(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _slots(slots: Sequence[HoursOfWeek], language: str, say: Say) -> str:
    phrases = [
        say(
            "server.programme.hours.slot",
            day=weekday_name(slot.weekday, language),
            opens=clock_words(_time_of(slot.starts), language, say),
            closes=clock_words(_time_of(slot.ends), language, say),
        )
        for slot in slots
    ]
    return _listed(phrases, say)


def spans_in_words(slots: Sequence[HoursOfWeek], language: str, say: Say) -> str:
    """Some hours of one weekday, like « de 9 h à 11 h et de 14 h à 15 h »."""
    spans = [Span(_time_of(slot.starts), _time_of(slot.ends)) for slot in slots]
    return hours_in_words(spans, language, say)


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
