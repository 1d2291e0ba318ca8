"""The fold of facts about incidents. Pure."""

from collections.abc import Callable

from server.domain.facts import FactKind
from server.domain.row_changes import Change, Insert, Recorded, Update


def _raised(fact: Recorded) -> list[Change]:
    row = {"id": fact.body["id"], "counter": fact.body["counter"], "hall": fact.hall, "joins": 0}
    return [Insert("incident", row | {"raised_at": fact.happened_at, "raised_by": fact.author})]


def _joined(fact: Recorded) -> list[Change]:
    joined = {"joins": fact.body["joins"], "joined_by": fact.author}
    return [Update("incident", fact.body["id"], joined)]


def _escalated(fact: Recorded) -> list[Change]:
    return [Update("incident", fact.body["id"], {"escalated_at": fact.happened_at})]


def _unanswered(fact: Recorded) -> list[Change]:
    return [Update("incident", fact.body["id"], {"unanswered_at": fact.happened_at})]


def _answered(fact: Recorded) -> list[Change]:
    body = fact.body
    answered = {
        "answered_at": fact.happened_at,
        "answered_by": fact.author,
        "answered_role": body["role"],
        "answered_counter": body["from_counter"],
        "answered_hall": body["from_hall"],
    }
    return [Update("incident", body["id"], answered)]


def _ended(fact: Recorded) -> list[Change]:
    ended = {"ended_at": fact.happened_at, "end_reason": fact.body["reason"]}
    return [Update("incident", fact.body["id"], ended)]


INCIDENT_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.INCIDENT_RAISED: _raised,
    FactKind.INCIDENT_JOINED: _joined,
    FactKind.INCIDENT_ESCALATED: _escalated,
    FactKind.INCIDENT_UNANSWERED: _unanswered,
    FactKind.INCIDENT_ANSWERED: _answered,
    FactKind.INCIDENT_ENDED: _ended,
}
"""By the kind of fact."""
