"""The calls that a board shows: those of now and the last ones before them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, literal_word, rows_of
from server.store.tables.visits import leg


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A leg whose call a board shows; `rank` counts the calls of the leg from 1."""

    id: str
    call: str
    number: str
    counter: str
    last_called_at: datetime
    rank: int


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A leg that was called, whatever became of it."""

    id: str
    number: str
    counter: str | None
    last_called_at: datetime
    state: str
    business_day: date
    end_reason: str | None


_OF_HALL = leg.c.hall == bindparam("hall")
_IS_AT_WORK = leg.c.state.in_([literal_word(state) for state in ("called", "in_service", "parked")])
"""The condition of a partial index: without it SQLite reads every leg that was ever called."""
_IS_STARTED_BY_CALL = and_(
    leg.c.state == literal_word("in_service"),
    leg.c.is_start_pressed.is_(False),
    leg.c.parked_s.is_(None),
    leg.c.last_called_at > bindparam("since"),
)
_SHOWN = Read(
    ShownCall,
    rows_of(ShownCall, leg)
    .where(_OF_HALL, _IS_AT_WORK, or_(leg.c.state == literal_word("called"), _IS_STARTED_BY_CALL))
    .order_by(leg.c.last_called_at.desc())
    .limit(12),
)
_EARLIER = Read(
    EarlierCall,
    rows_of(EarlierCall, leg)
    .where(_OF_HALL, leg.c.last_called_at.is_not(None))
    .order_by(leg.c.last_called_at.desc())
    .limit(24),
)


def shown_calls(rows: Rows, hall: str, *, since: datetime) -> list[ShownCall]:
    """The legs of a hall (id) that are called, the last call first, at most 12.

    One that is in service by its call alone is among them if it was called after `since`.
    """
    return rows.all(_SHOWN, hall=hall, since=since)


def earlier_calls(rows: Rows, hall: str) -> list[EarlierCall]:
    """The last 24 legs of a hall (id) that were called, the last call first."""
    return rows.all(_EARLIER, hall=hall)
