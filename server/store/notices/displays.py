"""Queries over the rows of what screens showed."""

from collections.abc import Sequence
from typing import Any

from server.store.engine.rows import Row

_LAST = "SELECT last_number FROM display_record WHERE screen = :screen AND record = :record"
_OF_NOTICE = (
    "SELECT hall, screen, shown_on, shown_ms, completed, cut, failed FROM display"
    " WHERE notice = :notice AND shown_on BETWEEN :begins_on AND :ends_on ORDER BY hall, screen, shown_on"
)


def last_number(rows: Any, screen: str, record: str) -> int:
    """Up to which number of a player's record displays are counted; 0 for a new one."""
    row = rows.one(_LAST, screen=screen, record=record)
    return 0 if row is None else int(row["last_number"])


def displays_of(rows: Any, notice: str, *, begins_on: str, ends_on: str) -> Sequence[Row]:
    """The sums of a notice by hall, screen and local date, both dates included."""
    found: Sequence[Row] = rows.all(_OF_NOTICE, notice=notice, begins_on=begins_on, ends_on=ends_on)
    return found
