"""The rolls of paper of printers: the one in each printer, and those before it. No row is a projection."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select

from server.domain.printing.paper_rolls import LEARNT_FROM, EndedRoll, Roll, RollEnd
from server.ids import new_id
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import NewValues, Read, Write, rows_of, values_of
from server.store.tables.devices import roll
from server.store.transactions.idempotent_writes import KeyedWrites

_OF_PRINTER = roll.c.printer == bindparam("printer")
_IS_IN = roll.c.ended_at.is_(None)
"""The roll is in its printer; a partial index keeps it the only one."""
_COLUMNS = ("id", "began_at", "papers", "low_at", "is_out", "was_opened")


def _with_more_papers(new: NewValues) -> Mapping[str, ColumnElement[object]]:
    return {"papers": roll.c.papers + new.papers}


def _as_noted(new: NewValues) -> Mapping[str, ColumnElement[object]]:
    return {"low_at": new.low_at, "is_out": new.is_out, "was_opened": new.was_opened}


_IN_PRINTER = Read(Roll, rows_of(Roll, roll).where(_OF_PRINTER, _IS_IN))
_ENDED = Read(
    EndedRoll,
    select(roll.c.papers, roll.c.low_at, roll.c.ended_by.label("end"))
    .where(_OF_PRINTER, roll.c.ended_at.is_not(None))
    .order_by(roll.c.began_at.desc(), roll.c.id.desc())
    .limit(LEARNT_FROM),
)
_BEGIN = Write(roll.insert(), "printer", *_COLUMNS)
_COUNT = Write.insert_or(_with_more_papers, roll, ["printer"], _COLUMNS, index_where=_IS_IN)
_NOTE = Write.insert_or(_as_noted, roll, ["printer"], _COLUMNS, index_where=_IS_IN)
_END = Write(roll.update().where(roll.c.printer == bindparam("of_printer"), _IS_IN), "ended_at", "ended_by")


def roll_in(rows: Rows, printer: str) -> Roll:
    """The roll in a printer; a new one when it has not printed yet."""
    return rows.one(_IN_PRINTER, printer=printer) or Roll()


def ended_rolls(rows: Rows, printer: str) -> list[EndedRoll]:
    """The last rolls of a printer that are gone, the newest first."""
    return rows.all(_ENDED, printer=printer)


def count_papers(transaction: KeyedWrites, printer: str, papers: int) -> None:
    """Adds papers to the count of the roll in a printer; the first paper of a printer begins a roll."""
    transaction.run(_COUNT, **_values(printer, Roll(papers), transaction.now))


def replace_roll(transaction: KeyedWrites, printer: str, end: RollEnd) -> None:
    """Ends the roll in a printer, as `end` says, and begins a whole one."""
    now = transaction.now
    transaction.run(_END, of_printer=printer, ended_at=now, ended_by=end)
    transaction.run(_BEGIN, **_values(printer, Roll(), now))


def note_roll(rows: WrittenRows, printer: str, current: Roll, end: RollEnd | None, *, now: datetime) -> None:
    """Keeps the roll in a printer as its driver knows it. `end`: how the roll before ended, if it did."""
    if end is None:
        rows.execute(_NOTE, **_values(printer, current, now))
    else:
        rows.execute(_END, of_printer=printer, ended_at=now, ended_by=end)
        rows.execute(_BEGIN, **_values(printer, current, now))


def _values(printer: str, begun: Roll, now: datetime) -> dict[str, object]:
    return {"id": new_id(), "printer": printer, "began_at": now, **values_of(begun)}
