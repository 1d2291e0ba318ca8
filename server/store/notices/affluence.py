"""How many tickets a hall gives by weekday and local hour, as it was last counted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from server.domain.facts import Json
from server.domain.hours.busy_hours import COUNTED_WEEKS, Affluence
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.notices import affluence


@dataclass(frozen=True, slots=True)
class _Counts:
    counts: Json


_COUNTS = Read(_Counts, rows_of(_Counts, affluence).where(affluence.c.hall == bindparam("hall")))
_COUNTED_AT = Read(datetime, select(affluence.c.counted_at).where(affluence.c.hall == bindparam("hall")))
_KEEP = Write.upsert(affluence, ("hall",), ("counted_at", "counts"))


def affluence_of(rows: Rows, hall: str) -> Affluence | None:
    """The tickets of a hall (id) as last counted; None where they never were."""
    found = rows.one(_COUNTS, hall=hall)
    if found is None:
        return None
    counts = found.counts
    tickets = {(weekday, hour): counted for weekday, hour, counted in counts["tickets"]}
    if isinstance(counts["days"], dict):  # counted by an earlier release: days by weekday
        days = {slot: counts["days"].get(str(slot[0]), 0) for slot in tickets}
    else:
        days = {(weekday, hour): counted for weekday, hour, counted in counts["days"]}
    return Affluence(tickets, days, counts.get("weeks", COUNTED_WEEKS))


def counted_at_of(rows: Rows, hall: str) -> datetime | None:
    """When the tickets of a hall (id) were last counted; None where they never were."""
    return rows.one(_COUNTED_AT, hall=hall)


def keep_affluence(rows: WrittenRows, hall: str, found: Affluence, now: datetime) -> None:
    """Keeps the tickets counted of a hall (id), in place of those counted before."""
    counts = {
        "tickets": [[*slot, counted] for slot, counted in sorted(found.tickets.items())],
        "days": [[*slot, counted] for slot, counted in sorted(found.days.items())],
        "weeks": found.weeks,
    }
    rows.execute(_KEEP, hall=hall, counted_at=now, counts=counts)
