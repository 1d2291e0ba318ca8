"""Reads of the targets that were decided for a hall."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from server.domain.instants import from_micros
from server.domain.targets import Target

_COLUMNS = "id, service, wait_s, share_percent, applies_from_on, decided_on, decided_by, recorded_at"
_ORDER = "recorded_at, id"
_BEFORE = (
    f"SELECT {_COLUMNS} FROM target WHERE hall = :hall AND applies_from_on < :ends_on"
    f" ORDER BY applies_from_on, {_ORDER}"
)
_ALL = f"SELECT {_COLUMNS} FROM target WHERE hall = :hall ORDER BY {_ORDER}"


def targets_before(rows: Any, hall: str, ends_on: date) -> dict[str, Target]:
    """The target of each service of a hall (its id) that applies on the day before `ends_on`."""
    found = rows.all(_BEFORE, hall=hall, ends_on=ends_on.isoformat())
    return {row["service"]: _target(row) for row in found}


def targets_of(rows: Any, hall: str) -> dict[str, list[Target]]:
    """Every target decided for a hall (its id), by service, as they were recorded."""
    found: dict[str, list[Target]] = {}
    for row in rows.all(_ALL, hall=hall):
        found.setdefault(row["service"], []).append(_target(row))
    return found


def _target(row: Mapping[str, Any]) -> Target:
    return Target(
        id=row["id"],
        service=row["service"],
        wait_s=row["wait_s"],
        share_percent=row["share_percent"],
        applies_from_on=date.fromisoformat(row["applies_from_on"]),
        decided_on=date.fromisoformat(row["decided_on"]),
        decided_by=row["decided_by"],
        recorded_at=from_micros(row["recorded_at"]),
    )
