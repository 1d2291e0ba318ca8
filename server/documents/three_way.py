"""What two people made of one document, joined; what both changed, and not alike, is a conflict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from server.documents.difference import items_by_key

type Side = Literal["mine", "theirs"]

_NONE: Any = object()
"""In place of a value that is not there: null is a value."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path that both changed, named as in a difference; a missing value is null.

    Of a list that both put in another order the values are the ids of what all three have.

    """

    path: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged content, and the undecided conflicts, where it has the other side's value."""

    content: dict[str, Any]
    conflicts: Sequence[Conflict]


def three_way(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    choices: Mapping[str, Side] | None = None,
) -> Merge:
    """Two JSON objects made from one, joined. `choices` decide conflicts by their paths."""
    joining = _Joining(choices or {})
    content = joining.mappings("", base, mine, theirs)
    return Merge(content, tuple(joining.conflicts))


@dataclass
class _Joining:
    choices: Mapping[str, Side]
    conflicts: list[Conflict] = field(default_factory=list)

    def mappings(self, path: str, base: Any, mine: Any, theirs: Any) -> dict[str, Any]:
        """Each name of three JSON objects; a base that is none counts as empty."""
        before = base if isinstance(base, Mapping) else {}
        joined = {}
        for name in dict.fromkeys((*theirs, *mine)):
            three = (each.get(name, _NONE) for each in (before, mine, theirs))
            value = self._value(f"{path}.{name}" if path else name, *three)
            if value is not _NONE:
                joined[name] = value
        return joined

    def _value(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        if mine == theirs or theirs == base:
            return mine
        if mine == base:
            return theirs
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            return self.mappings(path, base, mine, theirs)
        my_items, their_items = items_by_key(mine), items_by_key(theirs)
        if my_items is not None and their_items is not None:
            return self._items(path, items_by_key(base) or {}, my_items, their_items)
        return mine if self._is_mine(path, base, mine, theirs) else theirs

    def _items(
        self, path: str, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
    ) -> list[Any]:
        joined = {}
        for key in dict.fromkeys((*theirs, *mine)):
            three = (each.get(key, _NONE) for each in (base, mine, theirs))
            value = self._value(f"{path}[{key}]", *three)
            if value is not _NONE:
                joined[key] = value
        return [
            joined[key] for key in self._order(path, list(base), list(mine), list(theirs)) if key in joined
        ]

    def _order(self, path: str, base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
        """The order of whoever changed it, with what the other one added behind its neighbour there."""
        shared = set(base) & set(mine) & set(theirs)
        before, here, there = ([key for key in keys if key in shared] for keys in (base, mine, theirs))
        if here in (before, there):
            return _with_added(theirs, mine)
        if there == before or self._is_mine(path, before, here, there):
            return _with_added(mine, theirs)
        return _with_added(theirs, mine)

    def _is_mine(self, path: str, base: Any, mine: Any, theirs: Any) -> bool:
        """Whether a conflict is decided for mine; one that is not decided is noted."""
        if path not in self.choices:
            values = (None if each is _NONE else each for each in (base, mine, theirs))
            self.conflicts.append(Conflict(path, *values))
        return self.choices.get(path) == "mine"


def _with_added(order: list[str], other: list[str]) -> list[str]:
    whole = list(order)
    for at, key in enumerate(other):
        if key not in whole:
            whole.insert(whole.index(other[at - 1]) + 1 if at else 0, key)
    return whole
