"""School holidays of a site, and which day of a year before a day is compared with. Pure.

Rule in prose: docs/rules/indicators.md, « A year before ».
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from annotated_types import Len

from server.domain.hours.calendars import DAY, Calendar, spans_on

YEAR = timedelta(weeks=52)
"""A year before, a day has the same weekday."""
FARTHEST = timedelta(weeks=3)
"""How far from 52 weeks before a day may be that takes its place: two weeks of holidays may move by three."""
_NEAR = [timedelta(weeks=n) for n in range(-3, 4)]
BETWEEN = timedelta(weeks=7)
"""How long class lasts between two holidays: so far around those of a site the others are taken as known."""


@dataclass(frozen=True, slots=True)
class SchoolHolidays:
    """School holidays at a site, from their first day without class to their last, like « Toussaint »."""

    name: Annotated[str, Len(1, 60)]
    starts_on: date
    last_on: date


def dates(starts_on: date, ends_on: date) -> Iterator[date]:
    """The dates from `starts_on`, before `ends_on`."""
    return (starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days))


def _named(holidays: Iterable[SchoolHolidays], around: timedelta = timedelta(0)) -> dict[date, str]:
    """Each day within school holidays, or so near to some, with their name."""
    return {
        day: each.name
        for each in holidays
        for day in dates(each.starts_on - around, each.last_on + around + DAY)
    }


def counterparts(days: Iterable[date], holidays: Collection[SchoolHolidays]) -> dict[date, date]:
    """The day of a year before that each day is compared with; a day without one is left out.

    It is 52 weeks earlier where both are within school holidays, or neither, or holidays of one of the two
    years are not known. Where holidays moved, the first day of a weekday that only this year has within
    them takes the place of the first that only the year before has, at most three weeks away; and so on.
    """
    within, known = _named(holidays), _named(holidays, BETWEEN)
    within_before = {day + YEAR for day in within}
    only_now = {day for day in within.keys() - within_before if day - YEAR in known}
    only_before = {day for day in within_before - within.keys() if day in known}
    exchanged: dict[date, date] = {}
    for day in sorted(only_now):
        free = (day + away for away in _NEAR if day + away in only_before and day + away not in exchanged)
        if other := next(free, None):
            exchanged |= {day: other, other: day}
    alone = (only_now | only_before) - exchanged.keys()
    return {day: exchanged.get(day, day) - YEAR for day in days if day not in alone}


@dataclass(frozen=True, slots=True)
class YearBefore:
    """Days with visits, each with the day of a year before that it is compared with (`pairs`); the others.

    `known`: those of `pairs` of which both years are known, with the school holidays that both are within;
    empty for none. `unmatched`: within school holidays in one of the two years only. `left_out`: closed, or
    without visits, in one of them.
    """

    pairs: Mapping[date, date]
    known: Mapping[date, str]
    unmatched: Sequence[date]
    left_out: Sequence[date]


def compared_days(
    days: Sequence[date],
    opened: Collection[date],
    calendar: Calendar,
    holidays: Collection[SchoolHolidays],
    *,
    today: date,
) -> YearBefore:
    """How days are compared with a year before. `opened`: those with visits, of both years."""
    before, within, known = counterparts(days, holidays), _named(holidays), _named(holidays, BETWEEN)
    pairs = {
        day: then
        for day, then in before.items()
        if all(each in opened and spans_on(calendar, each) for each in (day, then))
    }
    return YearBefore(
        pairs,
        {day: within.get(day, "") for day in pairs if {day, day - YEAR} <= known.keys()},
        [day for day in days if day in opened and day not in before],
        [
            day
            for day, then in before.items()
            if day not in pairs and (day in opened or (then in opened and day < today))
        ],
    )
