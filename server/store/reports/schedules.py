"""Scheduled reports, their recipients and their letters. Addresses are erasable values."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, null, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.outbox import Outbox
from server.store.tables.journals import erasable
from server.store.tables.reports import report_letter, report_recipient, report_schedule


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A plan to send reports of halls (ids) and a kind of period on a day of the month."""

    id: str
    halls: list[str]
    kind: str
    day: int
    language: str
    planned_at: datetime
    planned_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """Who gets the reports of a schedule: an account (id), or an address by the id of its erasable value."""

    id: str
    schedule: str
    account: str | None
    kept: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Recipient(RecipientRow):
    """A recipient with its address; None for an account, and once it is erased."""

    address: str | None


_ALL = Read(
    ScheduleRow,
    rows_of(ScheduleRow, report_schedule)
    .where(report_schedule.c.ended_at.is_(None))
    .order_by(report_schedule.c.planned_at, report_schedule.c.id),
)
_RECIPIENTS = Read(
    Recipient,
    select(
        report_recipient.c.id,
        report_recipient.c.schedule,
        report_recipient.c.account,
        report_recipient.c.kept,
        erasable.c.value.label("address"),
    )
    .select_from(report_recipient.outerjoin(erasable, erasable.c.id == report_recipient.c.kept))
    .order_by(report_recipient.c.id),
)
_INSERT = Write.new_row(report_schedule, ScheduleRow)
_INSERT_RECIPIENT = Write.new_row(report_recipient, RecipientRow)
_END = Write(report_schedule.update().where(report_schedule.c.id == bindparam("of_id")), "ended_at")
_DELETE_LETTERS = Write(report_letter.delete().where(report_letter.c.recipient == bindparam("of_recipient")))
_DELETE_RECIPIENT = Write(report_recipient.delete().where(report_recipient.c.id == bindparam("of_recipient")))
_ERASE = Write(
    erasable.update().where(erasable.c.id == bindparam("of_value")).values(value=null(), salt=null())
)


def schedules(rows: Rows) -> list[ScheduleRow]:
    """The schedules that stand, the first planned first."""
    return rows.all(_ALL)


def recipients_by_schedule(rows: Rows) -> dict[str, list[Recipient]]:
    """Every recipient, by schedule, in the order in which they were planned."""
    found: dict[str, list[Recipient]] = {}
    for each in rows.all(_RECIPIENTS):
        found.setdefault(each.schedule, []).append(each)
    return found


def insert_schedule(transaction: Writes, new: ScheduleRow, recipients: list[RecipientRow]) -> None:
    """Keeps a new schedule with its recipients."""
    transaction.run(_INSERT, **values_of(new))
    for each in recipients:
        transaction.run(_INSERT_RECIPIENT, **values_of(each))


def end_schedule(transaction: Writes, schedule: str, at: datetime) -> None:
    """Ends a schedule; its recipients are removed apart."""
    transaction.run(_END, of_id=schedule, ended_at=at)


def delete_recipient(transaction: Writes, recipient: Recipient) -> None:
    """Deletes a recipient with its letters, and erases its address with its salt."""
    if recipient.kept is not None:
        transaction.run(_ERASE, of_value=recipient.kept)
    transaction.run(_DELETE_LETTERS, of_recipient=recipient.id)
    transaction.run(_DELETE_RECIPIENT, of_recipient=recipient.id)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """The letter of a report (id) to a recipient (id). `tries`: how often it was taken to be sent.

    `failure`: the code of the last failure; `given_up_at`: it is tried no more.
    """

    id: str
    recipient: str
    period: str
    report: str
    queued_at: datetime
    next_at: datetime
    tries: int = 0
    sent_at: datetime | None = None
    given_up_at: datetime | None = None
    failure: str | None = None


_letter = report_letter.c
LETTERS = Outbox(report_letter)
_ALL_LETTERS = Read(LetterRow, rows_of(LetterRow, report_letter).order_by(_letter.queued_at, _letter.id))
_DUE = Read(
    LetterRow,
    rows_of(LetterRow, report_letter)
    .where(LETTERS.is_underway, _letter.next_at <= bindparam("now"), LETTERS.is_free)
    .order_by(_letter.queued_at, _letter.id),
)
_INSERT_LETTER = Write.new_row(report_letter, LetterRow)
_TRY_AGAIN = Write(
    LETTERS.freed.where(_letter.id == bindparam("of_id"), _letter.sent_at.is_(None)).values(
        given_up_at=null(), tries=0
    ),
    "queued_at",
    "next_at",
)


def every_letter(rows: Rows) -> list[LetterRow]:
    """Every letter that is kept, the first queued first."""
    return rows.all(_ALL_LETTERS)


def due_letters(rows: Rows, now: datetime) -> list[LetterRow]:
    """The letters to send now that no sender has."""
    return rows.all(_DUE, now=now)


def queue_letter(transaction: Writes, new: LetterRow) -> None:
    """Puts a letter on its way. One recipient has one letter a period: the table refuses a second."""
    transaction.run(_INSERT_LETTER, **values_of(new))


def try_again(rows: WrittenRows, letter: str, now: datetime) -> bool:
    """Tries a letter again now; False when it was sent or is unknown."""
    return bool(rows.execute(_TRY_AGAIN, of_id=letter, queued_at=now, next_at=now))
