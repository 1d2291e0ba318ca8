"""The content of a document as any JSON object: what differs between two, and a merge of three."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument

type JsonValue = str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None
type Content = Mapping[str, JsonValue]
"""The content of a document as JSON values."""
type NewContent = dict[str, JsonValue]
"""A content while it is made or edited."""


def parts_of(content: Content, name: str) -> list[dict[str, JsonValue]]:
    """The objects in the list of this name, such as `kiosks`; empty where there is no such list."""
    listed = content.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


type ChangeKind = Literal["added", "removed", "changed", "moved"]

KEYS = ("id", "slug", "on", "starts_on")
"""The fields that identify the items of a list."""


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One change: `path` names list items by their id (`services[laon-titres].names.fr`).

    `before` is None for what is added and `after` for what is removed; both are JSON values. A `moved` list
    keeps its items in another order, given as their ids.
    """

    path: str
    kind: ChangeKind
    before: JsonValue
    after: JsonValue


def difference[Document: (HallDocument, InstallationDocument)](
    old: Document | None, new: Document
) -> tuple[DocumentChange, ...]:
    """The changes that turn a document into another; all of it is added when there was none."""
    before = {} if old is None else old.model_dump(mode="json")
    return changes_between(before, new.model_dump(mode="json"))


def changes_between(before: Content, after: Content) -> tuple[DocumentChange, ...]:
    """The changes that turn one JSON object into another."""
    return tuple(_of_mapping("", before, after))


def _compare(path: str, before: JsonValue, after: JsonValue) -> Iterator[DocumentChange]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mapping(path, before, after)
        return
    old, new = items_by_key(before), items_by_key(after)
    if old is not None and new is not None:
        for key in dict.fromkeys((*old, *new)):
            yield from _compare(f"{path}[{key}]", old.get(key), new.get(key))
        kept_before = [key for key in old if key in new]
        kept_after = [key for key in new if key in old]
        if kept_before != kept_after:
            yield DocumentChange(path, "moved", list(old), list(new))
    elif _is_empty(before):
        yield DocumentChange(path, "added", None, after)
    elif _is_empty(after):
        yield DocumentChange(path, "removed", before, None)
    else:
        yield DocumentChange(path, "changed", before, after)


def _of_mapping(path: str, before: Content, after: Content) -> Iterator[DocumentChange]:
    for name in dict.fromkeys((*before, *after)):
        yield from _compare(f"{path}.{name}" if path else name, before.get(name), after.get(name))


def items_by_key(value: object) -> dict[str, Content] | None:
    """The items of a list by their identity; None when they have none, and for a value that is no list."""
    if not isinstance(value, list):
        return None
    items = {key_of(item): item for item in value if isinstance(item, Mapping)}
    return items if len(items) == len(value) and "" not in items else None


def key_of(item: Content) -> str:
    """The identity of an item in its list; empty when it has none."""
    return next((str(item[name]) for name in KEYS if item.get(name)), "")


def _is_empty(value: JsonValue) -> bool:
    return value is None or value == [] or value == {}


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
