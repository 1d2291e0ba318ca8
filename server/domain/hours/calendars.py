"""Opening hours: half-days, business days and what is open at an instant, in the hall's time zone.

Instants are aware UTC. A local time becomes the *first* instant of that local day at which a wall clock
shows that time or a later one. Hence, on the two nights when clocks change:

- a time that does not exist (clocks jump over it) is the instant of the jump;
- a time that happens twice is its first passage, for an opening as for a closing.

This keeps half-days in order and separate in any zone; a span that falls wholly into a jump is dropped.
A half-day never runs past midnight: `closes` 00:00 means the end of that local day (24:00).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
DAY = timedelta(days=1)
AFTER_LAST_CLOSING = timedelta(hours=2)
END_OF_DAY = time(23, 59)
SEARCHED_DAYS = 370
"""How far ahead the next opening is searched: a year and a few days."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local opening hours from `opens` (included) to `closes` (excluded); `closes` 00:00 is 24:00."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a hall or a service receives visitors.

    `weekly` goes from Monday (0) to Sunday (6), spans in order and separate; a weekday that is absent is
    closed. `exceptions` replace the week on a date (no span: closed) and win over `closed_days` (public
    holidays). `last_ticket_margin_s`: seconds before the end of a half-day from which no ticket is issued any
    more. `why`: the reason of an exception for visitors, by language.
    """

    time_zone: str
    weekly: Mapping[int, tuple[Span, ...]]
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    closed_days: frozenset[date] = frozenset()
    last_ticket_margin_s: int = 0
    why: Mapping[date, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One opening span of a business day, as instants; `index` counts from 0 within the day."""

    opens_at: datetime
    closes_at: datetime
    index: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What a calendar says at an instant.

    `half_day` is the running one, None when closed. `next_opens_at` is the next opening strictly after the
    instant, None when there is none within a year. `may_issue` is false when closed and in the margin of the
    last ticket.
    """

    is_open: bool
    half_day: HalfDay | None
    next_opens_at: datetime | None
    may_issue: bool


def always_open(time_zone: str) -> Calendar:
    """The calendar of the demonstration: open round the clock, one half-day per local day, no issue limit."""
    whole_day = (Span(MIDNIGHT, MIDNIGHT),)
    return Calendar(time_zone=time_zone, weekly=dict.fromkeys(range(7), whole_day))


def spans_on(calendar: Calendar, on: date) -> tuple[Span, ...]:
    """The local opening hours of a date: its exception, else nothing on a closed day, else the week's."""
    if on in calendar.exceptions:
        return calendar.exceptions[on]
    if on in calendar.closed_days:
        return ()
    return calendar.weekly.get(on.weekday(), ())


def half_days(calendar: Calendar, on: date) -> tuple[HalfDay, ...]:
    """The half-days of a business day, in order; none when the hall is closed all day."""
    zone = ZoneInfo(calendar.time_zone)
    found: list[HalfDay] = []
    for span in spans_on(calendar, on):
        opens_at = instant_of(on, span.opens, zone)
        closes_at = instant_of(*_closing(on, span), zone)
        if opens_at < closes_at:
            found.append(HalfDay(opens_at, closes_at, len(found)))
    return tuple(found)


def half_day_at(calendar: Calendar, instant: datetime) -> HalfDay | None:
    """The half-day that an instant is in; None: the calendar is closed then."""
    today = half_days(calendar, business_day(calendar, instant))
    return next((half for half in today if half.opens_at <= instant < half.closes_at), None)


def opening_at(calendar: Calendar, instant: datetime) -> Opening:
    """Whether the calendar is open at an instant, until when, and when it opens next."""
    current = half_day_at(calendar, instant)
    next_opens_at = _next_opening(calendar, business_day(calendar, instant), after=instant)
    if current is None:
        return Opening(is_open=False, half_day=None, next_opens_at=next_opens_at, may_issue=False)
    margin = timedelta(seconds=calendar.last_ticket_margin_s)
    goes_on = next_opens_at == current.closes_at
    may_issue = goes_on or instant < current.closes_at - margin
    return Opening(is_open=True, half_day=current, next_opens_at=next_opens_at, may_issue=may_issue)


def business_day(calendar: Calendar, instant: datetime) -> date:
    """The hall's local calendar day at an instant."""
    return instant.astimezone(ZoneInfo(calendar.time_zone)).date()


def day_closes_at(calendar: Calendar, on: date) -> datetime:
    """When a business day is closed: two hours after its last closing or at 23:59 local, whichever is first.

    A day without opening closes at 23:59 local.
    """
    end_at = instant_of(on, END_OF_DAY, ZoneInfo(calendar.time_zone))
    opened = half_days(calendar, on)
    return min(end_at, opened[-1].closes_at + AFTER_LAST_CLOSING) if opened else end_at


def instant_of(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant of a local day at which a wall clock shows `at` or later, in UTC."""
    local = datetime.combine(on, at.replace(fold=0), tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _jump_before(instant, local.replace(fold=1).astimezone(UTC), zone)


def _jump_before(late: datetime, early: datetime, zone: ZoneInfo) -> datetime:
    """The instant, to the second, at which the zone's offset changes after `early` and up to `late`."""
    offset_before = early.astimezone(zone).utcoffset()
    low, high = 0, int((late - early).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (early + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return (early + timedelta(seconds=high)).replace(microsecond=0)


def _closing(on: date, span: Span) -> tuple[date, time]:
    """The local date and time at which a span ends: 00:00 belongs to the next date."""
    return (on + DAY, MIDNIGHT) if span.closes == MIDNIGHT else (on, span.closes)


def _next_opening(calendar: Calendar, today: date, *, after: datetime) -> datetime | None:
    for ahead in range(SEARCHED_DAYS):
        for half in half_days(calendar, today + timedelta(days=ahead)):
            if half.opens_at > after:
                return half.opens_at
    return None


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


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

OpeningHours = TypedDict(
    "OpeningHours",
    {
        "@type": str,
        "dayOfWeek": NotRequired[str],
        "validFrom": NotRequired[str],
        "validThrough": NotRequired[str],
        "opens": str,
        "closes": str,
    },
)
"""One span of a weekday, or of a date; `opens` and `closes` are the same on a day that is closed."""


def weekly_hours(calendar: Calendar) -> list[OpeningHours]:
    """The spans of each weekday, in order."""
    found: list[OpeningHours] = []
    for weekday in sorted(calendar.weekly):
        for span in calendar.weekly[weekday]:
            opens, closes = _times(span)
            found.append(
                {
                    "@type": "OpeningHoursSpecification",
                    "dayOfWeek": WEEKDAYS[weekday],
                    "opens": opens,
                    "closes": closes,
                }
            )
    return found


def special_hours(calendar: Calendar, days: Sequence[date]) -> list[OpeningHours]:
    """The spans of those of `days` whose hours are not those of their weekday, closed days included."""
    found: list[OpeningHours] = []
    for day in days:
        spans = spans_on(calendar, day)
        if spans == tuple(calendar.weekly.get(day.weekday(), ())):
            continue
        on = day.isoformat()
        for opens, closes in [_times(span) for span in spans] or [("00:00", "00:00")]:
            found.append(
                {
                    "@type": "OpeningHoursSpecification",
                    "validFrom": on,
                    "validThrough": on,
                    "opens": opens,
                    "closes": closes,
                }
            )
    return found


def _times(span: Span) -> tuple[str, str]:
    """When a span opens and closes; the end of a day is written 23:59: 00:00 twice would say closed."""
    closes = "23:59" if span.closes == MIDNIGHT else f"{span.closes:%H:%M}"
    return f"{span.opens:%H:%M}", closes
