"""How many tickets a hall gives by weekday and local hour, as it was last counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam

from server.domain.facts import Json
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.notices import affluence


@dataclass(frozen=True, slots=True)
class Affluence:
    """Tickets of a hall by weekday (0 is Monday) and local hour; and by weekday, on how many days counted."""

    tickets: Mapping[tuple[int, int], int]
    days: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Counts:
    counts: Json


_COUNTS = Read(_Counts, rows_of(_Counts, affluence).where(affluence.c.hall == bindparam("hall")))
_KEEP = Write.upsert(affluence, ("hall",), ("counted_at", "counts"))


def affluence_of(rows: Rows, hall: str) -> Affluence | None:
    """The tickets of a hall (id) as last counted; None where they never were."""
    found = rows.one(_COUNTS, hall=hall)
    if found is None:
        return None
    counts = found.counts
    tickets = {(weekday, hour): counted for weekday, hour, counted in counts["tickets"]}
    return Affluence(tickets, {int(weekday): days for weekday, days in counts["days"].items()})


def keep_affluence(rows: WrittenRows, hall: str, found: Affluence, now: datetime) -> None:
    """Keeps the tickets counted of a hall (id), in place of those counted before."""
    tickets = [[weekday, hour, counted] for (weekday, hour), counted in sorted(found.tickets.items())]
    counts = {"tickets": tickets, "days": dict(found.days.items())}
    rows.execute(_KEEP, hall=hall, counted_at=now, counts=counts)
