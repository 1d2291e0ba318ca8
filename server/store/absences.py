"""The planned absences of counters that hold."""

from datetime import date

from server.domain.waits.planned_absences import PlannedAbsence
from server.store.engine.statements import Read, Rows
from server.store.tables.counters import planned_absence

_HOLDING = Read.of(
    PlannedAbsence,
    planned_absence,
    "hall",
    planned_absence.c.removed_at.is_(None),
    order=("starts_min", "id"),
)


def planned_from(rows: Rows, hall: str, day: date) -> list[PlannedAbsence]:
    """The absences of a hall (id) on a day or later, by their time."""
    return [each for each in rows.all(_HOLDING, hall=hall) if each.weekdays or each.from_on >= day]
