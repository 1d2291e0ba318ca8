"""The outbox of scheduled reports: a letter for each recipient and period, sent once.

A sender takes a letter for a while, as the outbox of alarms does (`server/store/alarms/outbox.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, null, or_

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.reports import report_letter

TAKEN_FOR = timedelta(minutes=3)
"""When a sender dies, another tries its letter after this time, longer than a letter takes to be sent."""


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
_IS_UNDERWAY = _letter.sent_at.is_(None) & _letter.given_up_at.is_(None)
_IS_FREE = or_(_letter.taken_until.is_(None), _letter.taken_until <= bindparam("now"))
_OF_ROW = _letter.id == bindparam("of_id")
_IS_OF_TRY = _letter.tries == bindparam("of_tries")
_ALL = Read(LetterRow, rows_of(LetterRow, report_letter).order_by(_letter.queued_at, _letter.id))
_DUE = Read(
    LetterRow,
    rows_of(LetterRow, report_letter)
    .where(_IS_UNDERWAY, _letter.next_at <= bindparam("now"), _IS_FREE)
    .order_by(_letter.queued_at, _letter.id),
)
_INSERT = Write.new_row(report_letter, LetterRow)
_FREE = report_letter.update().values(taken_until=null())
_TAKE = Write(
    report_letter.update().where(_OF_ROW, _IS_UNDERWAY, _IS_OF_TRY, _IS_FREE).values(tries=_letter.tries + 1),
    "taken_until",
)
_NOTE_SENT = Write(_FREE.where(_OF_ROW).values(failure=null(), given_up_at=null()), "sent_at")
_NOTE_FAILED = Write(_FREE.where(_OF_ROW, _IS_UNDERWAY, _IS_OF_TRY), "failure", "next_at", "given_up_at")
_TRY_AGAIN = Write(
    _FREE.where(_OF_ROW, _letter.sent_at.is_(None)).values(given_up_at=null(), tries=0),
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


def take_letter(rows: WrittenRows, letter: LetterRow, now: datetime) -> bool:
    """Takes a letter that was found due; False when another sender has it."""
    values = {"of_id": letter.id, "of_tries": letter.tries, "now": now}
    return bool(rows.execute(_TAKE, **values, taken_until=now + TAKEN_FOR))


def note_sent(rows: WrittenRows, letter: str, now: datetime) -> None:
    """Notes that the mail server has taken a letter."""
    rows.execute(_NOTE_SENT, of_id=letter, sent_at=now)


def note_failed(
    rows: WrittenRows, letter: LetterRow, failure: str, *, now: datetime, again_at: datetime | None
) -> None:
    """Notes the failure (a code) of a letter that was found due and taken; `again_at` None: gives it up."""
    rows.execute(
        _NOTE_FAILED,
        of_id=letter.id,
        of_tries=letter.tries + 1,
        failure=failure,
        next_at=now if again_at is None else again_at,
        given_up_at=now if again_at is None else None,
    )


def try_again(rows: WrittenRows, letter: str, now: datetime) -> bool:
    """Tries a letter again now; False when it was sent or is unknown."""
    return bool(rows.execute(_TRY_AGAIN, of_id=letter, queued_at=now, next_at=now))
