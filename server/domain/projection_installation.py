"""The fold of the installation's facts that have rows: media. Pure."""

from collections.abc import Callable

from server.domain.media import MEDIA_FOLDS
from server.domain.projection_changes import Change, Recorded


def installation_changes(fact: Recorded) -> list[Change]:
    """The rows a fact of the installation inserts or changes; empty for one without projection."""
    fold = _FOLDS.get(fact.kind)
    return fold(fact) if fold is not None else []


_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {**MEDIA_FOLDS}
