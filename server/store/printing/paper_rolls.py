"""The rolls of printers as rows: the one in the printer, and those before it. No row is a projection.

Writes are statements with their values, for whichever transaction executes them.
"""

from collections.abc import Mapping
from typing import Any

from server.domain.printing.paper_rolls import LEARNT_FROM, EndedRoll, Roll, RollEnd
from server.ids import new_id
from server.store.engine.rows import Row

_IN_PRINTER = (
    "SELECT papers, low_at, is_out, was_opened FROM roll WHERE printer = :printer AND ended_at IS NULL"
)
_ENDED = (
    "SELECT papers, low_at, ended_by FROM roll WHERE printer = :printer AND ended_at IS NOT NULL"
    " ORDER BY began_at DESC, id DESC LIMIT :limit"
)
_COLUMNS = ("id", "printer", "began_at", "papers", "low_at", "is_out", "was_opened")
_BEGIN = f"INSERT INTO roll ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{each}' for each in _COLUMNS)})"
_IF_ONE_IS_IN = " ON CONFLICT (printer) WHERE ended_at IS NULL DO UPDATE SET"
_COUNT = f"{_BEGIN}{_IF_ONE_IS_IN} papers = roll.papers + :papers"
_NOTE = f"{_BEGIN}{_IF_ONE_IS_IN} low_at = :low_at, is_out = :is_out, was_opened = :was_opened"
_END = "UPDATE roll SET ended_at = :at, ended_by = :ended_by WHERE printer = :printer AND ended_at IS NULL"

type Write = tuple[str, Mapping[str, Any]]


def roll_in(rows: Any, printer: str) -> Roll:
    """The roll in a printer; a new one when it has not printed yet."""
    row: Row | None = rows.one(_IN_PRINTER, printer=printer)
    if row is None:
        return Roll()
    return Roll(row["papers"], row["low_at"], bool(row["is_out"]), bool(row["was_opened"]))


def ended_rolls(rows: Any, printer: str) -> list[EndedRoll]:
    """The last rolls of a printer that are gone, the newest first."""
    found = rows.all(_ENDED, printer=printer, limit=LEARNT_FROM)
    return [EndedRoll(row["papers"], row["low_at"], row["ended_by"]) for row in found]


def papers_counted(printer: str, papers: int, *, now: int) -> Write:
    """Counts papers to the roll in a printer; the first paper of a printer begins one."""
    return _COUNT, _begun(printer, Roll(papers), now)


def roll_kept(printer: str, roll: Roll, end: RollEnd | None, *, now: int) -> list[Write]:
    """Keeps what was seen of the roll in a printer; with an `end`, of another roll than before."""
    kept = _begun(printer, roll, now)
    if end is None:
        return [(_NOTE, kept)]
    return [(_END, {"printer": printer, "at": now, "ended_by": end}), (_BEGIN, kept)]


def _begun(printer: str, roll: Roll, now: int) -> Mapping[str, Any]:
    return {
        "id": new_id(),
        "printer": printer,
        "began_at": now,
        "papers": roll.papers,
        "low_at": roll.low_at,
        "is_out": roll.is_out,
        "was_opened": roll.was_opened,
    }
