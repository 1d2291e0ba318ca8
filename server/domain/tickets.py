"""Ticket numbers: a series prefix and a rank. Rules in CONTRACT "Numbers"."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from server.domain.hours.calendars import Calendar, business_day, half_days
from server.domain.refusals import Refusal

PREFIX_LETTERS = frozenset("ACFHKLRT")
"""Letters a prefix may use: no two of them sound alike, none looks like a digit."""

LONGEST_PREFIX = 2
HIGHEST_RANK = 99_999

type StopReason = Literal["crowded", "outage", "absent", "other"]
"""Why no more tickets of a service are given today: too many people wait, computers are down, the agents who
serve it are absent. `other` is not told to visitors, and stands for stops from before reasons were kept.
"""
STOP_REASONS: tuple[StopReason, ...] = get_args(StopReason.__value__)


@dataclass(frozen=True, slots=True)
class Series:
    """The ticket numbers one or several services draw from, in a hall and on a business day.

    `first` and `last` are ranks, both included, 1 to 99,999; `last` None means that the series does
    not end before 99,999.
    """

    prefix: str
    first: int = 1
    last: int | None = None

    @property
    def highest(self) -> int:
        """The last rank this series may give."""
        return HIGHEST_RANK if self.last is None else self.last


def number_text(prefix: str, rank: int) -> str:
    """The ticket number as text: the prefix and at least three digits (A042, A999, A1000)."""
    return f"{prefix}{rank:03d}"


@dataclass(frozen=True, slots=True)
class PaperNumber:
    """A number that a visitor has: the prefix of its series, its rank, and in which incarnation it was given.

    An incarnation is the epoch of a hall, or one life of a kiosk's agent.
    """

    series: str
    rank: int
    incarnation: str

    @property
    def text(self) -> str:
        """The number as people read it."""
        return number_text(self.series, self.rank)


def next_rank(last: int | None, series: Series, *, how_many: int = 1) -> int:
    """The rank that follows `last` in the series, or its first when nothing was issued yet that day.

    `last` is the highest rank of that prefix issued that day *inside* the range, so two services may share a
    prefix with separate ranges. One below the range (moved up during the day) leads to the first rank.
    Refuses with `numbers_exhausted` when the series has not `how_many` ranks left.
    """
    rank = series.first if last is None else max(series.first, last + 1)
    if rank + how_many - 1 > series.highest:
        raise Refusal("numbers_exhausted", prefix=series.prefix, last=series.highest)
    return rank


def is_prefix_allowed(prefix: str) -> bool:
    """Whether a prefix has one or two letters, all clear to the ear."""
    return 1 <= len(prefix) <= LONGEST_PREFIX and PREFIX_LETTERS.issuperset(prefix)


def may_collide(one: Series, other: Series) -> bool:
    """Whether two series could both give the same ticket number."""
    return one.prefix == other.prefix and one.first <= other.highest and other.first <= one.highest


NOON = time(12)
"""A half-day that opens before is a morning, in local time."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The most tickets of a service in a morning and in an afternoon; None: no limit."""

    morning: int | None = None
    afternoon: int | None = None


@dataclass(frozen=True, slots=True)
class QuotaNow:
    """The quota that counts at an instant: tickets of business day `on` issued from `since` on.

    `since` is the end of the half-day before, None for the first of the day.
    """

    on: date
    most: int
    since: datetime | None


def quota_now(quota: Quota | None, calendar: Calendar, now: datetime) -> QuotaNow | None:
    """The quota of the half-day that runs or comes next on this day; None where none limits it."""
    if quota is None:
        return None
    on = business_day(calendar, now)
    spans = half_days(calendar, on)
    current = next((span for span in spans if span.closes_at > now), None)
    if current is None:
        return None
    opens = current.opens_at.astimezone(ZoneInfo(calendar.time_zone)).time()
    most = quota.morning if opens < NOON else quota.afternoon
    if most is None:
        return None
    since = spans[current.index - 1].closes_at if current.index else None
    return QuotaNow(on, most, since)
