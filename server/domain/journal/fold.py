"""The fold: what each fact changes in the rows of visits, legs, sessions and counts. The only writer.

The same function serves the live transaction and the rebuild, on the JSON form of facts, so that a rebuild
under an empty configuration equals the live rows.
"""

from collections.abc import Callable, Iterable
from typing import Any

from server.domain.alarms.fold import ALARM_FOLDS
from server.domain.alerts.fold import ALERT_FOLDS
from server.domain.facts import FactKind
from server.domain.hall.fold import HALL_FOLDS
from server.domain.incidents.fold import INCIDENT_FOLDS
from server.domain.quality.fold import QUALITY_FOLDS
from server.domain.row_changes import Change, Insert, Recorded, Update, stored_values
from server.domain.visits.fold import VISIT_FOLDS


def changes(fact: Recorded) -> list[Change]:
    """The rows a fact inserts or changes, in order; empty for a fact without projection."""
    fold = _FOLDS.get(fact.kind)
    return fold(fact) if fold is not None else []


def _rows_restored(fact: Recorded) -> list[Change]:
    return [
        Update(row["table"], row["id"], stored_values(row["values"])) for row in fact.body["restored"]["rows"]
    ]


_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    **VISIT_FOLDS,
    **HALL_FOLDS,
    **QUALITY_FOLDS,
    **ALERT_FOLDS,
    **ALARM_FOLDS,
    **INCIDENT_FOLDS,
    FactKind.VISIT_TAKEN_BACK: _rows_restored,
    FactKind.GESTURE_UNDONE: _rows_restored,
}


def rows_after(facts: Iterable[Recorded]) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows that a list of facts leaves, by (table, id): the fold in memory, in the facts' order."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in facts:
        for change in changes(fact):
            if isinstance(change, Insert):
                rows[change.table, change.values["id"]] = dict(change.values)
            else:
                rows[change.table, change.id].update(change.values)
    return rows
