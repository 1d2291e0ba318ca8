"""Opening hours: half-days, business days and what is open at an instant, in the hall's time zone.

Instants are aware UTC. A local time becomes the *first* instant of that local day at which a wall clock
shows that time or a later one. Hence, on the two nights when clocks change:

- a time that does not exist (clocks jump over it) is the instant of the jump;
- a time that happens twice is its first passage, for an opening as for a closing.

This keeps half-days in order and separate in any zone; a span that falls wholly into a jump is dropped.
A half-day never runs past midnight: `closes` 00:00 means the end of that local day (24:00).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
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


def opening_at(calendar: Calendar, instant: datetime) -> Opening:
    """Whether the calendar is open at an instant, until when, and when it opens next."""
    today = business_day(calendar, instant)
    current = next((half for half in half_days(calendar, today) if _contains(half, instant)), None)
    next_opens_at = _next_opening(calendar, today, after=instant)
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


def _contains(half: HalfDay, instant: datetime) -> bool:
    return half.opens_at <= instant < half.closes_at


def _next_opening(calendar: Calendar, today: date, *, after: datetime) -> datetime | None:
    for ahead in range(SEARCHED_DAYS):
        for half in half_days(calendar, today + timedelta(days=ahead)):
            if half.opens_at > after:
                return half.opens_at
    return None
