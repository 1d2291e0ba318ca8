"""Types of values in answers and messages: instants, days, counts, texts by language.

They are those of the type checker (`str`, `int`, …); the description of the API also takes bounds and
formats from them.
"""

from collections.abc import Callable
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Interval


class SchemaWords:
    """Words of JSON Schema that a type has no other way to say. Pydantic calls the method."""

    def __init__(self, **words: object) -> None:
        self.words = words

    def __get_pydantic_json_schema__(
        self, schema: object, described: Callable[[object], dict[str, object]]
    ) -> dict[str, object]:
        return {**described(schema), **self.words}


NULL_IF_LEFT_OUT = SchemaWords(default=None)
FALSE_IF_LEFT_OUT = SchemaWords(default=False)
ZERO_IF_LEFT_OUT = SchemaWords(default=0)
"""What a field that may be left out (`NotRequired`) means then."""

type InstantText = Annotated[str, SchemaWords(format="date-time", description="RFC 3339, UTC.")]
type LocalDate = Annotated[str, SchemaWords(format="date", description="A day in the hall's time zone.")]
type Texts = dict[str, str]
"""A text by language (`fr`, `en`, …)."""

Count = Annotated[int, Ge(0)]
Seconds = Annotated[int, Ge(0)]
Milliseconds = Annotated[int, Ge(0)]
Pixels = Annotated[int, Ge(0)]
Revision = Annotated[int, Ge(0)]
Ordinal = Annotated[int, Ge(1)]
"""Counted from 1."""
Percent = Annotated[int, Interval(ge=0, le=100)]
Share = Annotated[float, Interval(ge=0, le=1)]
Weekday = Annotated[int, Interval(ge=0, le=6)]
"""Monday is 0."""

type WaitWording = Literal["under", "about", "between", "over"]
"""A wait as a range, or as the one end that is sure."""


class SaidWait(TypedDict):
    """A range in seconds, 0 ≤ low ≤ high, and how pages say it."""

    low_s: Seconds
    high_s: Seconds
    said: WaitWording
    """The wait as a range, or as the one end that is sure."""
