"""The present state of what alarms watch in a hall: its queues and its counters."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, literal_word
from server.store.tables.visits import leg


@dataclass(frozen=True, slots=True)
class _Counted:
    name: str
    legs: int


_OF_HALL = leg.c.hall == bindparam("hall")
_IS_WAITING = leg.c.state == literal_word("waiting")
_BY_QUEUE = Read(
    _Counted,
    select(leg.c.queue.label("name"), func.count().label("legs"))
    .where(_OF_HALL, _IS_WAITING)
    .group_by(leg.c.queue),
)
_BY_COUNTER = Read(
    _Counted,
    select(leg.c.for_counter.label("name"), func.count().label("legs"))
    .where(_OF_HALL, _IS_WAITING, leg.c.for_counter.is_not(None))
    .group_by(leg.c.for_counter),
)
_SERVING = Read(
    str,
    select(leg.c.counter).where(
        _OF_HALL, leg.c.state.in_([literal_word("called"), literal_word("in_service")])
    ),
)


def waiting_by_queue(rows: Rows, hall: str) -> dict[str, int]:
    """How many legs wait in each queue of a hall (id)."""
    return {each.name: each.legs for each in rows.all(_BY_QUEUE, hall=hall)}


def waiting_by_counter(rows: Rows, hall: str) -> dict[str, int]:
    """How many legs wait for one counter of a hall (id) alone, by counter."""
    return {each.name: each.legs for each in rows.all(_BY_COUNTER, hall=hall)}


def serving_counters(rows: Rows, hall: str) -> set[str]:
    """The counters of a hall (id) with a visitor who is called or served."""
    return set(rows.all(_SERVING, hall=hall))
