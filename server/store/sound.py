"""Until when calls are not said aloud in a hall."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.counters import quiet

_LATER = quiet.alias("later")
_LAST_SET_AT = select(func.max(_LATER.c.set_at)).where(_LATER.c.hall == bindparam("hall")).scalar_subquery()
_QUIET_UNTIL = Read(
    datetime,
    select(quiet.c.quiet_until).where(
        quiet.c.hall == bindparam("hall"),
        quiet.c.quiet_until > bindparam("now"),
        quiet.c.set_at == _LAST_SET_AT,
    ),
)


def quiet_until(rows: Rows, hall: str, now: datetime) -> datetime | None:
    """The instant from which calls are said aloud again in a hall (id); None while they are.

    The last request holds, also where it is shorter than one before.
    """
    return rows.one(_QUIET_UNTIL, hall=hall, now=now)
