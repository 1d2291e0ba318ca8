"""The fold of facts about alerts. Pure."""

from collections.abc import Callable

from server.domain.alerts import AlertEndReason
from server.domain.facts import FactKind
from server.domain.instants import text_to_micros
from server.domain.row_changes import Change, Insert, Recorded, Update


def _raised(fact: Recorded) -> list[Change]:
    body = fact.body
    row = {name: body[name] for name in ("id", "alert", "kind", "is_drill", "press")}
    row |= {
        "hall": fact.hall,
        "texts": body["texts"]["id"] if body["texts"] else None,
        "raised_at": fact.happened_at,
        "raised_by": fact.author,
        "expires_at": text_to_micros(body["expires_at"]),
    }
    return [Insert("alert", row)]


def _end_asked(fact: Recorded) -> list[Change]:
    columns = {"end_asked_at": fact.happened_at, "end_asked_by": fact.author}
    return [Update("alert", fact.body["id"], columns)]


def _ended(fact: Recorded) -> list[Change]:
    ended = {"ended_at": fact.happened_at, "ended_by": fact.author, "end_reason": fact.body["reason"]}
    return [Update("alert", fact.body["id"], ended)]


def _taken_back(fact: Recorded) -> list[Change]:
    ended = {
        "ended_at": fact.happened_at,
        "ended_by": fact.author,
        "end_reason": str(AlertEndReason.TAKEN_BACK),
    }
    return [Update("alert", fact.body["id"], ended)]


def _on_screen(fact: Recorded) -> list[Change]:
    row = {name: fact.body[name] for name in ("id", "alert", "screen")}
    return [Insert("alert_shown", row | {"hall": fact.hall, "shown_at": fact.happened_at})]


ALERT_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.ALERT_RAISED: _raised,
    FactKind.ALERT_END_ASKED: _end_asked,
    FactKind.ALERT_ENDED: _ended,
    FactKind.ALERT_TAKEN_BACK: _taken_back,
    FactKind.ALERT_SHOWN: _on_screen,
}
"""By the kind of fact."""
