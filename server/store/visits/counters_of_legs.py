"""The counters of legs."""

from sqlalchemy import bindparam, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.visits import leg

_COUNTER = Read(str, select(leg.c.counter).where(leg.c.id == bindparam("leg")))


def counter_of_leg(rows: Rows, leg: str) -> str | None:
    """The counter to which a leg (id) was called last; None before a call, and where there is no such leg."""
    return rows.one(_COUNTER, leg=leg)
