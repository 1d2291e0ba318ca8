"""How many tickets a hall gave, by hour: counted from its legs."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, literal_column, or_, select, type_coerce
from sqlalchemy.types import BigInteger

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.visits import leg

_HOUR_MICROS = literal_column("3600000000", BigInteger)


@dataclass(frozen=True, slots=True)
class TicketsOfHour:
    """The tickets of a business day in one hour, counted in hours since 1970 UTC."""

    business_day: date
    hour: int
    tickets: int


_HOUR = type_coerce(leg.c.arrived_at, BigInteger).op("/")(_HOUR_MICROS)
_HOURS = Read(
    TicketsOfHour,
    select(leg.c.business_day, _HOUR.label("hour"), func.count().label("tickets"))
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.position == 1,
        leg.c.business_day >= bindparam("first"),
        leg.c.business_day < bindparam("last"),
        or_(leg.c.end_reason.is_(None), leg.c.end_reason.not_in(["cancelled", "undone"])),
    )
    .group_by(leg.c.business_day, _HOUR),
)


def tickets_by_hour(rows: Rows, hall: str, *, first: date, last: date) -> list[TicketsOfHour]:
    """The tickets of a hall (id) from a business day on, before another; none that were taken back."""
    return rows.all(_HOURS, hall=hall, first=first, last=last)
