"""What the last day end closed, for the supervisor the next morning."""

import json
from typing import Any

from server.domain.appointments.check_in import DEMAND_MET
from server.domain.facts import FactKind
from server.domain.instants import micros_to_text
from server.domain.visits.transitions import EndReason
from server.store.transactions.database import Database
from server.usecases.answers import Answer

NAMED = 20
"""Numbers named at most."""
_CLOSED = (
    "SELECT body, happened_at FROM hall_fact WHERE hall = :hall AND kind = :kind"
    " ORDER BY position DESC LIMIT 1"
)
_LEFT = (
    "SELECT number, service FROM leg WHERE hall = :hall AND business_day = :on AND end_reason = :reason"
    " ORDER BY issued_at, id"
)
_ENDS = (
    "SELECT end_reason, count(*) AS counted FROM visit WHERE hall = :hall AND business_day = :on"
    " AND end_reason IS NOT NULL GROUP BY end_reason"
)
_NOT_ISSUED = (
    "SELECT reason, count(*) AS counted FROM not_issued WHERE hall = :hall AND business_day = :on"
    " AND reason <> :met GROUP BY reason"
)


def read_day_end(database: Database, hall: str) -> Answer:
    """The last business day that was closed; "business_day" is null before the first."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        fact = rows.one(_CLOSED, hall=hall_id, kind=str(FactKind.DAY_CLOSED))
        if fact is None:
            return {"business_day": None}
        return _day_end_answer(rows, hall_id, fact)


def _day_end_answer(rows: Any, hall: str, fact: Any) -> Answer:
    closed = json.loads(fact["body"])
    day = {"hall": hall, "on": closed["business_day"]}
    left = rows.all(_LEFT, **day, reason=str(EndReason.CLOSED_AT_DAY_END))
    services: dict[str, int] = {}
    for row in left:
        services[row["service"]] = services.get(row["service"], 0) + 1
    return {
        "business_day": closed["business_day"],
        "closed_at": micros_to_text(fact["happened_at"]),
        "left": len(left),
        "left_by_service": services,
        "numbers": [row["number"] for row in left[:NAMED]],
        "counters_left_open": closed["sessions"],
        "ended": {row["end_reason"]: row["counted"] for row in rows.all(_ENDS, **day)},
        "not_issued": {row["reason"]: row["counted"] for row in rows.all(_NOT_ISSUED, **day, met=DEMAND_MET)},
    }
