"""Whether a hall counted anything before a day: its first period is then no whole one."""

from datetime import date

from sqlalchemy import bindparam, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.visits import leg

_BEFORE = Read(
    str,
    select(leg.c.id).where(leg.c.hall == bindparam("hall"), leg.c.business_day < bindparam("day")).limit(1),
)


def has_legs_before(rows: Rows, hall: str, day: date) -> bool:
    """Whether a hall (id) had a leg before a local date."""
    return rows.one(_BEFORE, hall=hall, day=day) is not None
