"""Displays: how long screens really showed each notice, and how far the record of each player is counted."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, bindparam, cast, func, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.notices import display, display_record


@dataclass(frozen=True, slots=True)
class DisplayedDay:
    """What a screen of a hall (id) showed of a notice on a local date.

    `shown_ms`: milliseconds; `completed`, `cut`, `failed`: how many displays ended that way.
    """

    hall: str
    screen: str
    shown_on: date
    shown_ms: int
    completed: int
    cut: int
    failed: int


@dataclass(frozen=True, slots=True)
class DisplayedNotice:
    """What a screen showed of a notice (id) on one local date, as `DisplayedDay`."""

    screen: str
    notice: str
    shown_ms: int
    completed: int
    cut: int
    failed: int


@dataclass(frozen=True, slots=True)
class DisplayedInPeriod:
    """What a screen showed of a notice (id) in some days: milliseconds in all, and on how many days."""

    screen: str
    notice: str
    shown_ms: int
    days: int


_LAST_NUMBER = Read(
    int,
    select(display_record.c.last_number).where(
        display_record.c.screen == bindparam("screen"), display_record.c.record == bindparam("record")
    ),
)
_OF_NOTICE = Read(
    DisplayedDay,
    rows_of(DisplayedDay, display)
    .where(
        display.c.notice == bindparam("notice"),
        display.c.shown_on >= bindparam("first"),
        display.c.shown_on <= bindparam("last"),
    )
    .order_by(display.c.hall, display.c.screen, display.c.shown_on),
)
_IN_HALL = Read(
    DisplayedNotice,
    rows_of(DisplayedNotice, display)
    .where(display.c.hall == bindparam("hall"), display.c.shown_on == bindparam("on"))
    .order_by(display.c.screen, display.c.shown_ms.desc(), display.c.notice),
)
_IN_PERIOD = Read(
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
)


def last_number(rows: Rows, screen: str, record: str) -> int:
    """The number up to which the displays in a player's record are counted; 0 for a new record."""
    return rows.one(_LAST_NUMBER, screen=screen, record=record) or 0


def displays_of(rows: Rows, notice: str, *, first: date, last: date) -> list[DisplayedDay]:
    """The displays of a notice from one local date to another, by hall, screen and date."""
    return rows.all(_OF_NOTICE, notice=notice, first=first, last=last)


def displays_in_hall(rows: Rows, hall: str, on: date) -> list[DisplayedNotice]:
    """The displays on the screens of a hall (id) on a local date, by screen, those shown longest first."""
    return rows.all(_IN_HALL, hall=hall, on=on)


def shown_in_hall(rows: Rows, hall: str, *, first: date, last: date) -> list[DisplayedInPeriod]:
    """What each screen of a hall (id) showed of each notice from one local date to another."""
    return rows.all(_IN_PERIOD, hall=hall, first=first, last=last)
