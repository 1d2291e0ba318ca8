"""The outbox of scheduled reports: a letter for each recipient and period, sent once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, null

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.outbox import Outbox
from server.store.tables.reports import report_letter


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
_ALL = Read(LetterRow, rows_of(LetterRow, report_letter).order_by(_letter.queued_at, _letter.id))
_DUE = Read(
    LetterRow,
    rows_of(LetterRow, report_letter)
    .where(LETTERS.is_underway, _letter.next_at <= bindparam("now"), LETTERS.is_free)
    .order_by(_letter.queued_at, _letter.id),
)
_INSERT = Write.new_row(report_letter, LetterRow)
_TRY_AGAIN = Write(
    LETTERS.freed.where(_letter.id == bindparam("of_id"), _letter.sent_at.is_(None)).values(
        given_up_at=null(), tries=0
    ),
    "queued_at",
    "next_at",
)


def every_letter(rows: Rows) -> list[LetterRow]:
    """Every letter that is kept, the first queued first."""
    return rows.all(_ALL)


def due_letters(rows: Rows, now: datetime) -> list[LetterRow]:
    """The letters to send now that no sender has."""
    return rows.all(_DUE, now=now)


def queue_letter(transaction: Writes, new: LetterRow) -> None:
    """Puts a letter on its way. One recipient has one letter a period: the table refuses a second."""
    transaction.run(_INSERT, **values_of(new))


def try_again(rows: WrittenRows, letter: str, now: datetime) -> bool:
    """Tries a letter again now; False when it was sent or is unknown."""
    return bool(rows.execute(_TRY_AGAIN, of_id=letter, queued_at=now, next_at=now))
