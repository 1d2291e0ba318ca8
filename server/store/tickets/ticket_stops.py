"""The services whose tickets are stopped for the rest of a day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.counters import ticket_stop


@dataclass(frozen=True, slots=True)
class TicketStopRow:
    """A stop of the tickets of a service that holds."""

    id: str
    service: str
    stopped_at: datetime


_OPEN = Read(
    TicketStopRow,
    rows_of(TicketStopRow, ticket_stop)
    .where(
        ticket_stop.c.hall == bindparam("hall"),
        ticket_stop.c.business_day == bindparam("on"),
        ticket_stop.c.reopened_at.is_(None),
    )
    .order_by(ticket_stop.c.stopped_at, ticket_stop.c.id),
)


def stops_of_day(rows: Rows, hall: str, on: date) -> dict[str, TicketStopRow]:
    """The stops that hold in a hall (id) on a business day, by service."""
    return {stop.service: stop for stop in rows.all(_OPEN, hall=hall, on=on)}
