"""What changes from one document to the next, in an order and with words people can read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from server.documents.content import Content, JsonValue
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument

type ChangeKind = Literal["added", "removed", "changed", "moved"]

KEYS = ("id", "slug", "on")
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
        yield from _of_items(path, old, new)
    elif _is_empty(before):
        yield DocumentChange(path, "added", None, after)
    elif _is_empty(after):
        yield DocumentChange(path, "removed", before, None)
    else:
        yield DocumentChange(path, "changed", before, after)


def _of_mapping(path: str, before: Content, after: Content) -> Iterator[DocumentChange]:
    for name in dict.fromkeys((*before, *after)):
        yield from _compare(f"{path}.{name}" if path else name, before.get(name), after.get(name))


def _of_items(path: str, old: Mapping[str, Content], new: Mapping[str, Content]) -> Iterator[DocumentChange]:
    for key in dict.fromkeys((*old, *new)):
        yield from _compare(f"{path}[{key}]", old.get(key), new.get(key))
    kept_before = [key for key in old if key in new]
    kept_after = [key for key in new if key in old]
    if kept_before != kept_after:
        yield DocumentChange(path, "moved", list(old), list(new))


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
