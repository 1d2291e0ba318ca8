"""The fold of facts that explain or complete the figures of a hall. Pure."""

from collections.abc import Callable

from server.domain.facts import FactKind
from server.domain.row_changes import Change, Insert, Recorded, Update


def _day_annotated(fact: Recorded) -> list[Change]:
    row = {name: fact.body[name] for name in ("id", "day", "words")}
    entered = {"hall": fact.hall, "author": fact.author, "annotated_at": fact.happened_at}
    return [Insert("day_annotation", row | entered)]


def _annotation_withdrawn(fact: Recorded) -> list[Change]:
    return [Update("day_annotation", fact.body["annotation"], {"withdrawn_at": fact.happened_at})]


def _figure_typed(fact: Recorded) -> list[Change]:
    names = ("id", "indicator", "period", "value", "unit", "source", "is_from_other_tool", "service")
    row = {name: fact.body[name] for name in names}
    entered = {"hall": fact.hall, "author": fact.author, "recorded_at": fact.happened_at}
    return [Insert("typed_figure", row | entered)]


def _typed_figure_withdrawn(fact: Recorded) -> list[Change]:
    return [Update("typed_figure", fact.body["figure"], {"withdrawn_at": fact.happened_at})]


QUALITY_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.DAY_ANNOTATED: _day_annotated,
    FactKind.ANNOTATION_WITHDRAWN: _annotation_withdrawn,
    FactKind.FIGURE_TYPED: _figure_typed,
    FactKind.TYPED_FIGURE_WITHDRAWN: _typed_figure_withdrawn,
}
"""By the kind of fact."""
