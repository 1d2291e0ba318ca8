"""Queries over the services whose tickets are stopped."""

from datetime import date
from typing import Any

_OPEN = (
    "SELECT id, service, stopped_at FROM ticket_stop"
    " WHERE hall = :hall AND business_day = :on AND reopened_at IS NULL ORDER BY stopped_at, id"
)


def stops_of_day(rows: Any, hall: str, on: date) -> dict[str, tuple[str, int]]:
    """The services of a hall (id) stopped on a day: the stop's id, its instant in microseconds."""
    return {
        row["service"]: (row["id"], row["stopped_at"])
        for row in rows.all(_OPEN, hall=hall, on=on.isoformat())
    }
