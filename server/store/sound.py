"""Until when calls are not said aloud in a hall."""

from datetime import datetime
from typing import Any

from server.domain.instants import from_micros, to_micros

_QUIET = (
    "SELECT quiet_until FROM quiet WHERE hall = :hall AND quiet_until > :now"
    " AND set_at = (SELECT max(set_at) FROM quiet WHERE hall = :hall)"
)


def quiet_until(rows: Any, hall: str, now: datetime) -> datetime | None:
    """The instant the voice comes back; None while it speaks. What was asked for last holds."""
    row = rows.one(_QUIET, hall=hall, now=to_micros(now))
    return None if row is None else from_micros(row["quiet_until"])
