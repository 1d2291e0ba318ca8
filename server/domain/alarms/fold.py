"""The fold of facts about alarms. Pure."""

import json
from collections.abc import Callable

from server.domain.facts import FactKind
from server.domain.row_changes import Change, Insert, Recorded, Update


def _values(fact: Recorded) -> str:
    return json.dumps(fact.body["values"], sort_keys=True)


def _raised(fact: Recorded) -> list[Change]:
    row = {name: fact.body[name] for name in ("id", "kind", "subject")}
    more = {"hall": fact.hall, "raised_at": fact.happened_at, "returns": 0, "told": _values(fact)}
    return [Insert("alarm", row | more)]


def _returned(fact: Recorded) -> list[Change]:
    again = {"returns": fact.body["returns"], "told": _values(fact)}
    return [Update("alarm", fact.body["id"], again | {"cleared_at": None, "clear_reason": None})]


def _cleared(fact: Recorded) -> list[Change]:
    cleared = {"cleared_at": fact.happened_at, "clear_reason": fact.body["reason"]}
    return [Update("alarm", fact.body["id"], cleared)]


def _acknowledged(fact: Recorded) -> list[Change]:
    by = {"acknowledged_at": fact.happened_at, "acknowledged_by": fact.author}
    return [Update("alarm", fact.body["id"], by)]


ALARM_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.ALARM_RAISED: _raised,
    FactKind.ALARM_RETURNED: _returned,
    FactKind.ALARM_CLEARED: _cleared,
    FactKind.ALARM_ACKNOWLEDGED: _acknowledged,
}
"""By the kind of fact."""
