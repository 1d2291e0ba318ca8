"""What visitors asked to be told before their turn, the outbox of it, and how far away they said to be.

Plain rows, deleted once their visit has ended, at the latest when its day closes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, func, null, select

from server.domain.visits.told_before import ReminderChannel, ReminderRule
from server.store.engine.lookups import ChangeBy, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.outbox import Outbox
from server.store.tables.visits import reminder, visit, visitor_away


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """One message that a visitor may get. `text`: what a person reads of it; empty until it is due.

    `tries`: how often it was taken to be sent; `queued_at`: since when it is due.
    """

    id: str
    visit: str
    hall: str
    channel: ReminderChannel
    rule: ReminderRule
    address: str
    language: str
    text: str
    queued_at: datetime | None
    tries: int
    erase_after: datetime


@dataclass(frozen=True, slots=True)
class AwayRow:
    """A visitor said at an instant to be so many minutes away."""

    visit: str
    hall: str
    minutes: int
    said_at: datetime
    erase_after: datetime


REMINDERS = Outbox(reminder)
_row = reminder.c
_HAS_ADDRESS = _row.address != ""
_KEEP = Write.insert_or(
    lambda new: {name: new[name] for name in ("address", "language")},  # what was told stays told
    reminder,
    ("visit", "channel", "rule"),
    ("id", "hall", "address", "language", "text", "queued_at", "tries", "erase_after"),
)
waiting_reminders = Several.of(
    ReminderRow, reminder, _row.queued_at.is_(None), _HAS_ADDRESS, order=(_row.hall, _row.visit, _row.id)
)
"""The messages of every hall that are not due yet."""
due_reminders = Several(
    ReminderRow,
    rows_of(ReminderRow, reminder)
    .where(REMINDERS.is_underway, _row.next_at <= bindparam("now"), REMINDERS.is_free, _HAS_ADDRESS)
    .order_by(_row.queued_at, _row.id),
)
"""The messages to send now that no sender has."""
_ASKED = Read(
    str,
    select(_row.channel).where(_row.visit == bindparam("visit"), _HAS_ADDRESS).distinct(),
)
_MAKE_DUE = Write(
    reminder.update().where(_row.id == bindparam("row_id"), _row.queued_at.is_(None)),
    *("queued_at", "next_at", "text", "given_up_at"),
)
stop_reminders = ChangeBy(
    reminder.update()
    .where(_row.visit == bindparam("of_visit"), _row.channel == bindparam("of_channel"))
    .values(address="", next_at=null()),
    *("of_visit", "of_channel"),
)
"""Erases the address of a visit's messages by a way: nothing more is sent there."""
_ended = select(visit.c.id).where(visit.c.end_reason.is_not(None))
_ENDED = Read(
    int,
    select(func.count().label("ended")).select_from(
        select(_row.visit)
        .where(_row.visit.in_(_ended))
        .union_all(select(visitor_away.c.visit).where(visitor_away.c.visit.in_(_ended)))
        .subquery()
    ),
)
_DELETE_ENDED = Write(reminder.delete().where(_row.visit.in_(_ended)))
_SAY_AWAY = Write.upsert(visitor_away, ["visit"], ["hall", "minutes", "said_at", "erase_after"])
not_away = ChangeBy.delete(visitor_away, "visit")
"""Deletes how far away a visitor is."""
_AWAY_ENDED = Write(visitor_away.delete().where(visitor_away.c.visit.in_(_ended)))
away_in = Several.of(AwayRow, visitor_away, "hall")
"""How far away the visitors of a hall (id) said to be."""
away_of = One.of(AwayRow, visitor_away, "visit")
"""How far away a visitor said to be; None: said nothing."""


def keep_reminders(rows: WrittenRows, asked: Iterable[ReminderRow]) -> None:
    """Keeps what a visitor asked for; an address replaces the one before, what was told is not told again."""
    for each in asked:
        rows.execute(_KEEP, **values_of(each))


def asked_channels(rows: Rows, visit: str) -> list[ReminderChannel]:
    """The ways by which a visitor asked to be told."""
    return cast(list[ReminderChannel], rows.all(_ASKED, visit=visit))


def make_due(rows: WrittenRows, reminder: str, *, text: str, now: datetime, is_void: bool = False) -> bool:
    """Puts a message on its way, once: False where another worker did. `is_void`: it is never sent."""
    given_up_at = now if is_void else None
    values = {"queued_at": now, "next_at": now, "text": text, "given_up_at": given_up_at}
    return bool(rows.execute(_MAKE_DUE, row_id=reminder, **values))


def has_ended(rows: Rows) -> bool:
    """Whether anything is kept of visits that have ended."""
    ended: int | None = rows.one(_ENDED)
    return bool(ended)


def delete_ended(rows: WrittenRows) -> int:
    """Deletes what belongs to visits that have ended; how many rows."""
    return rows.execute(_DELETE_ENDED) + rows.execute(_AWAY_ENDED)


def say_away(rows: WrittenRows, away: AwayRow) -> None:
    """Keeps how far away a visitor is."""
    rows.execute(_SAY_AWAY, **values_of(away))
