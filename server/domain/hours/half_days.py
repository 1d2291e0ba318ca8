"""The edges of a half-day: the break at midday, the last ticket, tickets before the doors open.

Pure (`docs/rules/opening.md`): calendar values and instants in, aware UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from server.domain.hours.calendars import (
    Calendar,
    Opening,
    business_day,
    day_closes_at,
    half_days,
    opening_at,
)

SOON = timedelta(hours=1)
"""How long before a break pages begin to speak of it."""


class AtBreak(StrEnum):
    """What happens to waiting visitors when a break begins."""

    FINISH = "finish"
    CARRY_OVER = "carry_over"


@dataclass(frozen=True, slots=True)
class Break:
    """The time between two half-days of one business day; `half_day` is the index of the one it ends."""

    on: date
    half_day: int
    begins_at: datetime
    resumes_at: datetime

    def is_running(self, now: datetime) -> bool:
        """Whether the break has begun."""
        return self.begins_at <= now < self.resumes_at

    def is_near(self, now: datetime) -> bool:
        """Whether the break runs or begins within the hour."""
        return self.begins_at - SOON <= now < self.resumes_at


def next_break(calendar: Calendar, now: datetime) -> Break | None:
    """The break that runs, or else the next one of the business day; None when the day has none left."""
    on = business_day(calendar, now)
    for before, after in pairwise(half_days(calendar, on)):
        if before.closes_at < after.opens_at and now < after.opens_at:
            return Break(on, before.index, before.closes_at, after.opens_at)
    return None


def running_break(calendar: Calendar, now: datetime) -> Break | None:
    """The break that runs now."""
    found = next_break(calendar, now)
    return found if found is not None and found.is_running(now) else None


@dataclass(frozen=True, slots=True)
class LastTicket:
    """Whether tickets stop once their service would end after closing, and how much later is allowed (s)."""

    is_predictive: bool = False
    overrun_s: int = 0


@dataclass(frozen=True, slots=True)
class ExpectedTicket:
    """The expected wait and service time of a ticket taken now, in seconds."""

    wait_s: float
    service_s: float


def finishes_too_late(
    terms: LastTicket, closes_at: datetime | None, expected: ExpectedTicket | None, *, now: datetime
) -> bool:
    """Whether a ticket taken now would end after closing by more than allowed.

    `closes_at` None: waiting visitors are carried over. Without an estimate nothing is predicted.
    """
    if not terms.is_predictive or closes_at is None or expected is None:
        return False
    finish_at = now + timedelta(seconds=expected.wait_s + expected.service_s)
    return finish_at > closes_at + timedelta(seconds=terms.overrun_s)


def closing_that_counts(
    calendar: Calendar, opening: Opening, at_break: AtBreak, *, now: datetime
) -> datetime | None:
    """The last closing for a ticket: the half-day's, None where waiting visitors are carried over."""
    if opening.half_day is None or opening.next_opens_at == opening.half_day.closes_at:
        return None
    coming = next_break(calendar, now)
    if at_break is AtBreak.CARRY_OVER and coming is not None:
        return None
    return opening.half_day.closes_at


def last_closing(calendar: Calendar, now: datetime) -> datetime | None:
    """The last closing of the business day, or the end of that day once it has passed.

    None on a day without opening, and where the next day opens at the very instant (round the clock).
    """
    on = business_day(calendar, now)
    today = half_days(calendar, on)
    if not today:
        return None
    closes_at = today[-1].closes_at
    if now >= closes_at:
        return day_closes_at(calendar, on)
    tomorrow = half_days(calendar, on + timedelta(days=1))
    return None if tomorrow and tomorrow[0].opens_at == closes_at else closes_at


def opens_no_more(calendar: Calendar, now: datetime) -> bool:
    """Whether a hall is closed for the rest of its business day: waiting legs then end with it."""
    on = business_day(calendar, now)
    return not any(now < half_day.closes_at for half_day in half_days(calendar, on))


def may_distribute(opening: Opening, before_s: int, *, now: datetime) -> bool:
    """Whether tickets may be given by hand before the doors open, within the hall's margin in seconds."""
    if opening.is_open or opening.next_opens_at is None:
        return False
    return opening.next_opens_at - now <= timedelta(seconds=before_s)


@dataclass(frozen=True, slots=True)
class Moment:
    """The state of the half-day that pages show: open, giving tickets, a break near, a break running.

    `flags` are these four; they hold until `until`.
    """

    flags: tuple[bool, ...]
    until: datetime


def moment_of(calendar: Calendar, now: datetime) -> Moment:
    """The moment of the half-day at an instant. Pages are refreshed when its flags change."""
    opening, rest = opening_at(calendar, now), next_break(calendar, now)
    flags = (
        opening.is_open,
        opening.may_issue,
        rest is not None and rest.is_near(now),
        rest is not None and rest.is_running(now),
    )
    edges = [opening.next_opens_at]
    if opening.half_day is not None:
        closes_at = opening.half_day.closes_at
        edges += [closes_at, closes_at - timedelta(seconds=calendar.last_ticket_margin_s)]
    if rest is not None:
        edges += [rest.begins_at - SOON, rest.begins_at, rest.resumes_at]
    to_come = [edge for edge in edges if edge is not None and edge > now]
    return Moment(flags, min(to_come, default=now + SOON))
