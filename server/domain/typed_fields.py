"""Read the longest length of a text from the type of its field. Pure.

A dataclass declares a text of a form as `Annotated[str, MaxLen(200)]`. From it follow how much of a form is
read, what the form’s page allows, and what is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import (
    Annotated,
    Any,
    Literal,
    TypeAliasType,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from annotated_types import MaxLen

from server.domain.refusals import Refusal


def longest_of(typed: type[object]) -> dict[str, int]:
    """How many characters each text of a dataclass may have, by field."""
    return {
        name: bound.max_length
        for name, hint in get_type_hints(typed, include_extras=True).items()
        for bound in getattr(hint, "__metadata__", ())
        if isinstance(bound, MaxLen)
    }


def one_line(text: str) -> str:
    """The text on one line, with single spaces."""
    return " ".join(text.split())


def typed_day(text: str, code: str, field: str) -> date:
    """The date of an ISO text. Refuses another text with a code and its field."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(code, field=field) from error


def check_length(text: str, longest: int, code: str, field: str) -> None:
    """Refuses a text of more characters, with a code, its field and the limit."""
    if len(text) > longest:
        raise Refusal(code, field=field, longest=longest)


LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Within:
    """A number that is rounded, and cut to these limits."""

    least: int
    most: int

    def read(self, value: object) -> int:
        """The number. Raises ValueError, also of NaN."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError("not a number")
        return round(min(max(value, self.least), self.most))


@dataclass(frozen=True, slots=True)
class Printable:
    """A text of at most so many characters, on one line."""

    longest: int

    def read(self, value: object) -> str:
        """The text. Raises ValueError."""
        if not isinstance(value, str) or len(value) > self.longest or not value.isprintable():
            raise ValueError("not a name")
        return value


Name = Annotated[str, Printable(LONGEST_NAME)]


def read_message[T](kind: type[T], message: object) -> T | None:
    """The fields of a typed dictionary in a message; None where one is missing or not of its type.

    A dictionary within it that cannot be read is null.
    """
    if not isinstance(message, Mapping):
        return None
    try:
        fields = get_type_hints(kind, include_extras=True)
        read = {name: _read(each, message, name) for name, each in fields.items()}
    except (KeyError, TypeError, ValueError):
        return None
    return cast(T, read)


def _read(kind: Any, message: Mapping[str, object], name: str) -> object:
    choices = [each for each in get_args(kind) if each is not type(None)]
    if is_typeddict(choices[0] if choices else None):
        return read_message(choices[0], message.get(name))
    value = message[name]
    if type(None) in get_args(kind):
        return None if value is None else _value(choices[0], value)
    return _value(kind, value)


def _value(kind: Any, value: object) -> object:
    if isinstance(kind, TypeAliasType):
        return _value(kind.__value__, value)
    if get_origin(kind) is Literal:
        if not isinstance(value, str) or value not in get_args(kind):
            raise ValueError("not one of its words")
        return value
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(str(value))
    [reader] = [each for each in kind.__metadata__ if isinstance(each, Within | Printable)]
    return reader.read(value)
