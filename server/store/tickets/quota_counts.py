"""How much of a quota is given."""

from typing import Any

from server.domain.instants import to_micros
from server.domain.tickets.quotas import QuotaNow

_GIVEN = (
    "SELECT COUNT(*) AS given FROM leg WHERE hall = :hall AND business_day = :on AND service = :service"
    " AND position = 1 AND booked_at IS NULL AND issued_at >= :since"
    " AND (end_reason IS NULL OR end_reason NOT IN ('cancelled', 'undone'))"
)


def remaining_of(rows: Any, hall: str, service: str, quota: QuotaNow) -> int:
    """How many tickets of a service without an appointment are left of its quota; 0 when it is used up."""
    since = 0 if quota.since is None else to_micros(quota.since)
    row = rows.one(_GIVEN, hall=hall, on=quota.on.isoformat(), service=service, since=since)
    return max(0, quota.most - int(row["given"]))
