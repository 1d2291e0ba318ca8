"""Read a form into the dataclass that declares its fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_type_hints

from server.domain.typed_fields import longest_of

TICKED = "yes"
"""The value of a box that is ticked."""


def read_form[T](typed: type[T], sent: Mapping[str, str], **given: object) -> T:
    """The fields of a dataclass from a form; `given`: those that the form does not say.

    Where a text is too long, one letter more than allowed is read, so that it is refused. A field that is
    neither a text nor a box keeps its default.
    """
    values: dict[str, Any] = dict(given)
    longest = longest_of(typed)
    for name, kind in get_type_hints(typed).items():
        if name in values:
            continue
        if kind is bool:
            values[name] = sent.get(name) == TICKED
        elif kind is str:
            values[name] = sent.get(name, "")[: longest[name] + 1 if name in longest else None]
    return typed(**values)


def typed_lines(sent: Mapping[str, str], *names: str) -> list[str]:
    """Fields each on one line; missing ones are empty, a far too long text is cut."""
    return [" ".join(sent.get(name, "")[:200].split()) for name in names]


def typed_day(text: str, unread: date = date.min) -> date:
    """The typed day; one that cannot be read is out of bounds, and refused as such."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return unread
