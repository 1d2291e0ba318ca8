"""What shapes of answers share: no further field, types of instants and counts, a hall's position, waits.

And what the server answers about itself: problems, its health.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kiosk.waits import WaitWording


class ExactShape(BaseModel):
    """What the server sends: these fields and no other. A field with a default may be left out.

    The text under a field is its description in the OpenAPI document.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Any = Field(default=None, json_schema_extra=_without_default)
"""The default of a field that is left out where it says nothing, and is never null."""

type InstantText = Annotated[
    str, Field(description="RFC 3339, UTC.", json_schema_extra={"format": "date-time"})
]
type LocalDate = Annotated[
    str, Field(description="A day in the hall's time zone.", json_schema_extra={"format": "date"})
]
type Texts = dict[str, str]
"""A text by language (`fr`, `en`, …)."""

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[int, Field(ge=0)]
Milliseconds = Annotated[int, Field(ge=0)]
Percent = Annotated[int, Field(ge=0, le=100)]
Pixels = Annotated[int, Field(ge=0)]
Revision = Annotated[int, Field(ge=0)]


class Position(ExactShape):
    """Where in a hall's life a full state stands: see docs/rules/state.md."""

    hall: str
    """The slug of the hall."""
    epoch: str
    """New when the hall was created or restored; another epoch is always newer."""
    version: Count
    """Grows by one with each fact of the hall."""
    as_of: InstantText


class SaidWait(ExactShape):
    """A range in seconds, 0 ≤ low ≤ high, and how pages say it."""

    low_s: Seconds
    high_s: Seconds
    said: WaitWording
    """The wait as a range, or as the one end that is sure."""


class AnnouncedWait(ExactShape):
    """The announced wait; null: none is known, or the call is expected after closing."""

    wait: SaidWait | None
    why_no_wait: Literal["after_closing"] | None


class Problem(BaseModel):
    """A problem document (RFC 9457) with a stable code; further fields are the values of its refusal."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


class HealthAnswer(ExactShape):
    """The server runs; as the answer of « ready », it takes requests too."""

    status: Literal["ok"]


class NotReadyAnswer(ExactShape):
    """The server runs but takes no requests: its database is away."""

    status: Literal["not ready"]
