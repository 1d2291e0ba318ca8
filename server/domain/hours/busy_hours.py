"""How busy each opening hour of a week is in a hall, from its tickets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from server.domain.hours.calendars import Calendar, Span, spans_on

COUNTED_WEEKS, WEEKS_OF_SMALL_HALLS = 8, 13
"""How many weeks before today are counted: a quarter where eight weeks hold too few tickets."""
FEWEST_DAYS = 4
"""So many days must have been counted on which an hour was open, else it is not spoken of."""
FEWEST_IN_HOUR = 10
"""With fewer tickets in an hour of the week its level is not given."""
FEWEST_TICKETS = 200
"""With fewer tickets in all nothing is shown."""
FEWEST_MINUTES = 15
"""So many minutes of an hour must be open, else it is left out."""
BUSY, QUIET = 1.4, 0.6
"""From which multiple of the mean hour on it is busy, and up to which it is quiet."""
MOST_SAID = 3
"""Of each, the most telling ones only: a screen is no table."""


class CrowdLevel(StrEnum):
    """How many people come in an hour, against the mean opening hour of the same hall."""

    QUIET = "quiet"
    MODERATE = "moderate"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class HoursOfWeek:
    """Some hours of a weekday (0 is Monday), in minutes since local midnight, the last not included."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class BusyAndQuiet:
    """The busiest and the quietest hours, in the order of the week; none where too little is known."""

    busy: tuple[HoursOfWeek, ...] = ()
    quiet: tuple[HoursOfWeek, ...] = ()
    weeks: int = COUNTED_WEEKS


type Slot = tuple[int, int]
"""A weekday and a local hour."""
type OpenMinutes = tuple[int, int]
"""From which minute of an hour (0 to 59) to which (60 at most) a hall is open."""


@dataclass(frozen=True, slots=True)
class TicketsOfDay:
    """Tickets given in a local hour of a business day."""

    day: date
    hour: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Affluence:
    """Tickets by slot over `weeks` weeks; `days`: on how many of the counted days the slot was open."""

    tickets: Mapping[Slot, int] = field(default_factory=dict)
    days: Mapping[Slot, int] = field(default_factory=dict)
    weeks: int = COUNTED_WEEKS


def count_tickets(found: Iterable[TicketsOfDay], calendar: Calendar, *, weeks: int) -> Affluence:
    """The tickets by weekday and hour, of the days on which an hour was open as in every week.

    A day without a ticket is not counted: the hall was closed. An hour is left out on a day of which an
    exception closes or shortens it, or opens it out of turn.
    """
    opened = open_slots(calendar.weekly)
    by_day: dict[date, Counter[int]] = {}
    for each in found:
        by_day.setdefault(each.day, Counter())[each.hour] += each.tickets
    tickets: Counter[Slot] = Counter()
    days: Counter[Slot] = Counter()
    for day, counted in by_day.items():
        weekday = day.weekday()
        on_day = open_slots({weekday: spans_on(calendar, day)})
        for slot, minutes in on_day.items():
            if opened.get(slot) == minutes:
                days[slot] += 1
                tickets[slot] += counted[slot[1]]
    return Affluence(tickets, days, weeks)


def needs_more_weeks(counted: Affluence) -> bool:
    """Whether the mean hour of eight weeks has too few tickets to give a level."""
    return sum(counted.tickets.values()) < FEWEST_IN_HOUR * len(counted.days)


def open_slots(weekly: Mapping[int, Sequence[Span]]) -> dict[Slot, OpenMinutes]:
    """The hours of a week in which a hall is open, the first and the last of a half-day in part only."""
    found: dict[Slot, OpenMinutes] = {}
    for weekday, spans in weekly.items():
        for span in spans:
            opens, closes = _minutes(span.opens), _minutes(span.closes) or 24 * 60
            for hour in range(opens // 60, (closes + 59) // 60):
                first, last = max(opens - hour * 60, 0), min(closes - hour * 60, 60)
                before = found.get((weekday, hour), (first, last))
                found[weekday, hour] = (min(before[0], first), max(before[1], last))
    return found


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def crowd_levels(counted: Affluence, opened: Mapping[Slot, OpenMinutes]) -> dict[Slot, CrowdLevel]:
    """The level of each opening hour of a week, by tickets an hour of opening, where enough is known.

    An hour in which no ticket was ever given says nothing about people, nor does one of which hardly anything
    is open: they are left out of the mean too.
    """
    means = _means(counted, opened)
    if not means:
        return {}
    mean = sum(means.values()) / len(means)
    return {
        slot: _level(means[slot] / mean) for slot in sorted(means) if counted.tickets[slot] >= FEWEST_IN_HOUR
    }


def _level(share: float) -> CrowdLevel:
    if share >= BUSY:
        return CrowdLevel.BUSY
    return CrowdLevel.QUIET if share <= QUIET else CrowdLevel.MODERATE


def _means(counted: Affluence, opened: Mapping[Slot, OpenMinutes]) -> dict[Slot, float]:
    """Tickets an hour of opening of each slot with enough days and minutes; none under the least total."""
    if sum(counted.tickets.values()) < FEWEST_TICKETS:
        return {}
    return {
        slot: tickets / counted.days[slot] * 60 / _length(opened[slot])
        for slot, tickets in counted.tickets.items()
        if tickets and counted.days.get(slot, 0) >= FEWEST_DAYS
        if slot in opened and _length(opened[slot]) >= FEWEST_MINUTES
    }


def busy_and_quiet(counted: Affluence, opened: Mapping[Slot, OpenMinutes]) -> BusyAndQuiet:
    """The busiest and the quietest opening hours of a hall, at most three spans of each."""
    levels, means = crowd_levels(counted, opened), _means(counted, opened)
    busy = [slot for slot, level in levels.items() if level is CrowdLevel.BUSY]
    quiet = [slot for slot, level in levels.items() if level is CrowdLevel.QUIET]
    return BusyAndQuiet(
        _spans_of(sorted(busy, key=lambda slot: (-means[slot], slot)), opened),
        _spans_of(sorted(quiet, key=lambda slot: (means[slot], slot)), opened),
        counted.weeks,
    )


def spans_of_level(
    levels: Mapping[Slot, CrowdLevel], opened: Mapping[Slot, OpenMinutes], weekday: int, level: CrowdLevel
) -> tuple[HoursOfWeek, ...]:
    """All hours of a weekday with a level, adjacent ones joined, in order."""
    slots = [slot for slot, found in levels.items() if slot[0] == weekday and found is level]
    return _spans_of(sorted(slots), opened, most=24)


def _length(minutes: OpenMinutes) -> int:
    return minutes[1] - minutes[0]


def _spans_of(
    slots: Sequence[Slot], opened: Mapping[Slot, OpenMinutes], *, most: int = MOST_SAID
) -> tuple[HoursOfWeek, ...]:
    """The first few spans of adjacent hours, at most `most`; the first slots are taken first."""
    spans: list[HoursOfWeek] = []
    for weekday, hour in slots:
        first, last = opened[weekday, hour]
        span = HoursOfWeek(weekday, hour * 60 + first, hour * 60 + last)
        touching = [
            each
            for each in spans
            if each.weekday == span.weekday and span.starts <= each.ends and each.starts <= span.ends
        ]
        if not touching and len(spans) == most:
            continue
        joined = [span, *touching]
        ends = min(each.starts for each in joined), max(each.ends for each in joined)
        spans = [each for each in spans if each not in touching] + [HoursOfWeek(weekday, *ends)]
    return tuple(sorted(spans, key=lambda span: (span.weekday, span.starts)))
