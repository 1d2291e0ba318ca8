"""Messages between pages at work: short lines that are deleted within the hour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam

from server.store.engine.statements import Read, Rows, Write, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.tables.counters import message

type MessageKind = Literal["counter", "help"]
type PhraseName = Literal["come", "visitor_back", "document", "interpreter", "ring", "walk_over", "help"]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message of a hall (id). `text` is erased once it was seen; after `erase_after` nobody reads it."""

    id: str
    hall: str
    kind: MessageKind
    counter: str | None
    phrase: PhraseName | None
    text: str | None
    sent_at: datetime
    sent_from: str
    seen_at: datetime | None
    seen_from: str | None
    erase_after: datetime


_MESSAGES = rows_of(MessageRow, message)
_OF_HALL = _MESSAGES.where(message.c.hall == bindparam("hall"), message.c.erase_after > bindparam("now"))
_BY_ID = Read(MessageRow, _MESSAGES.where(message.c.id == bindparam("message")))
_UNSEEN = Read(
    MessageRow,
    _OF_HALL.where(message.c.counter == bindparam("counter"), message.c.seen_at.is_(None)).order_by(
        message.c.sent_at, message.c.id
    ),
)
_OF_KIND = Read(
    MessageRow,
    _OF_HALL.where(message.c.kind == bindparam("kind"))
    .order_by(message.c.sent_at.desc(), message.c.id.desc())
    .limit(10),
)
_INSERT = Write.new_row(message, MessageRow)
_DELETE_OLD = Write(
    message.delete().where(message.c.hall == bindparam("of_hall"), message.c.erase_after <= bindparam("now"))
)
_NOTE_SEEN = Write(
    message.update()
    .where(message.c.id == bindparam("row_id"), message.c.seen_at.is_(None))
    .values(text=None),
    *("seen_at", "seen_from"),
)


def message_row(rows: Rows, message: str) -> MessageRow | None:
    """A message by its id."""
    return rows.one(_BY_ID, message=message)


def unseen_messages(rows: Rows, hall: str, counter: str, *, now: datetime) -> list[MessageRow]:
    """The unseen messages for a counter of a hall (id), the oldest first."""
    return rows.all(_UNSEEN, hall=hall, counter=counter, now=now)


def newest_messages(rows: Rows, hall: str, kind: str, *, now: datetime) -> list[MessageRow]:
    """The ten newest messages of a kind in a hall (id), the latest first."""
    return rows.all(_OF_KIND, hall=hall, kind=kind, now=now)


def insert_message(transaction: Writes, new: MessageRow) -> None:
    """Keeps a new message, which nobody has seen."""
    transaction.run(_INSERT, **values_of(new))


def delete_old_messages(transaction: Writes, hall: str, *, now: datetime) -> None:
    """Deletes the messages of a hall (id) that nobody may read any more."""
    transaction.run(_DELETE_OLD, of_hall=hall, now=now)


def note_message_seen(transaction: Writes, message: str, *, at: datetime, seen_from: str) -> None:
    """Notes where a message was seen and erases its words; one that was seen before stays as it is."""
    transaction.run(_NOTE_SEEN, row_id=message, seen_at=at, seen_from=seen_from)
