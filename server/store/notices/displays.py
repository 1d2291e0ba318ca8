"""How long screens showed each notice, how far each player's record is counted; busy hours of a hall."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, bindparam, cast, func, select

from server.domain.facts import Json
from server.domain.hours.busy_hours import COUNTED_WEEKS, Affluence
from server.domain.notices.displays import Interval
from server.store.engine.lookups import ChangeBy, Count, Distinct, NewRow, One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows
from server.store.tables.notices import affluence, display, display_interval, display_record


@dataclass(frozen=True, slots=True)
class Displayed:
    """What a screen showed of a notice on a local date.

    `shown_ms`: milliseconds, `whole_ms` of them whole; `completed`, `cut`, `failed`: how many displays ended
    that way.
    """

    screen: str
    shown_ms: int
    whole_ms: int
    completed: int
    cut: int
    failed: int


@dataclass(frozen=True, slots=True)
class DisplayedDay(Displayed):
    """On which date, and in which hall (id)."""

    hall: str
    shown_on: date


@dataclass(frozen=True, slots=True)
class DisplayedNotice(Displayed):
    """Of which notice (id)."""

    notice: str


@dataclass(frozen=True, slots=True)
class DisplayedInPeriod:
    """What a screen showed of a notice (id) in some days: milliseconds in all, and on how many days."""

    screen: str
    notice: str
    shown_ms: int
    days: int


last_number = Count(
    int,
    select(display_record.c.last_number).where(
        display_record.c.screen == bindparam("screen"), display_record.c.record == bindparam("record")
    ),
    names=("screen", "record"),
)
"""The number up to which the displays in a player's record are counted; 0 for a new record."""
displays_of = Several.of(
    DisplayedDay,
    display,
    "notice",
    display.c.shown_on >= bindparam("first"),
    display.c.shown_on <= bindparam("last"),
    order=("hall", "screen", "shown_on"),
)
"""The displays of a notice from one local date to another, by hall, screen and date."""
displays_in_hall = Several.of(
    DisplayedNotice, display, "hall", "shown_on", order=("screen", display.c.shown_ms.desc(), "notice")
)
"""The displays on the screens of a hall (id) on a local date, by screen, those shown longest first."""
shown_in_hall = Several(
    DisplayedInPeriod,
    select(
        display.c.screen,
        display.c.notice,
        cast(func.sum(display.c.shown_ms), BigInteger).label("shown_ms"),
        func.count().label("days"),
    )
    .where(
        display.c.hall == bindparam("hall"),
        display.c.shown_on >= bindparam("first"),
        display.c.shown_on <= bindparam("last"),
    )
    .group_by(display.c.screen, display.c.notice)
    .order_by(display.c.screen, display.c.notice),
    names=("hall",),
)
"""What each screen of a hall (id) showed of each notice from one local date to another."""
_DISPLAYED = Read(
    str,
    select(display.c.notice)
    .where(display.c.notice.in_(bindparam("notices", expanding=True)), display.c.shown_ms > 0)
    .distinct(),
)
screens_with_displays = Distinct(
    str, select(display.c.screen).where(display.c.shown_on == bindparam("on")).distinct()
)
"""The screens that showed some notice on a local date."""


def notices_displayed(rows: Rows, notices: Collection[str]) -> frozenset[str]:
    """Those of these notices that a screen has ever shown."""
    return frozenset(rows.all(_DISPLAYED, notices=list(notices)) if notices else ())


@dataclass(frozen=True, slots=True)
class ReportedIntervals:
    """The intervals of a report, which tells a player's record up to `last_number`."""

    screen: str
    record: str
    last_number: int
    began_at: datetime
    ended_at: datetime
    intervals: tuple[Interval, ...]


keep_intervals = NewRow(display_interval, ReportedIntervals)
"""Keeps the intervals of a report."""
_INTERVALS = Read(
    tuple[Interval, ...],
    select(display_interval.c.intervals)
    .where(
        display_interval.c.screen == bindparam("screen"),
        display_interval.c.ended_at > bindparam("since"),
        display_interval.c.began_at < bindparam("until"),
    )
    .order_by(display_interval.c.ended_at, display_interval.c.record, display_interval.c.last_number),
)
delete_intervals = ChangeBy(
    display_interval.delete().where(display_interval.c.ended_at < bindparam("before"))
)
"""Deletes the intervals of reports that ended before an instant; how many reports."""


def intervals_between(rows: Rows, screen: str, since: datetime, until: datetime) -> list[Interval]:
    """What a screen showed in a part of an interval, in order of time, whole: also what is outside of it."""
    reports = rows.all(_INTERVALS, screen=screen, since=since, until=until)
    found = [each for report in reports for each in report]
    return sorted(
        (each for each in found if each.ended_at > since and each.began_at < until),
        key=lambda each: each.began_at,
    )


_COUNTS = Pairs(
    tuple[str, Json],
    select(affluence.c.hall, affluence.c.counts).where(
        affluence.c.hall.in_(bindparam("halls", expanding=True))
    ),
)
counted_at_of = One(datetime, select(affluence.c.counted_at).where(affluence.c.hall == bindparam("hall")))
"""When the tickets of a hall (id) were last counted; None where they never were."""
_KEEP = Write.upsert(affluence, ("hall",), ("counted_at", "counts"))


def affluences_of(rows: Rows, halls: Sequence[str]) -> dict[str, Affluence]:
    """The tickets of these halls (ids) as last counted; without those where they never were."""
    return {hall: _affluence(counts) for hall, counts in _COUNTS(rows, halls).items()}


def affluence_of(rows: Rows, hall: str) -> Affluence | None:
    """The tickets of a hall (id) as last counted; None where they never were."""
    return affluences_of(rows, [hall]).get(hall)


def _affluence(counts: Json) -> Affluence:
    tickets = {(weekday, hour): counted for weekday, hour, counted in counts["tickets"]}
    if isinstance(counts["days"], dict):  # counted by an earlier release: days by weekday
        days = {slot: counts["days"].get(str(slot[0]), 0) for slot in tickets}
    else:
        days = {(weekday, hour): counted for weekday, hour, counted in counts["days"]}
    return Affluence(tickets, days, counts.get("weeks", COUNTED_WEEKS))


def keep_affluence(rows: WrittenRows, hall: str, found: Affluence, now: datetime) -> None:
    """Keeps the tickets counted of a hall (id), in place of those counted before."""
    counts = {
        "tickets": [[*slot, counted] for slot, counted in sorted(found.tickets.items())],
        "days": [[*slot, counted] for slot, counted in sorted(found.days.items())],
        "weeks": found.weeks,
    }
    rows.execute(_KEEP, hall=hall, counted_at=now, counts=counts)
