"""What the messages of a board hold: JSON values, instants in RFC 3339."""

from typing import Annotated, Literal, NotRequired, TypedDict

from hardware.json_types import (
    FALSE_IF_LEFT_OUT,
    ZERO_IF_LEFT_OUT,
    Count,
    InstantText,
    Ordinal,
    SaidWait,
    Texts,
)

type AudioFiles = dict[str, str]
"""The address of an audio file by language."""


class Position(TypedDict):
    """Where in a hall's life a full state stands: see docs/rules/state.md."""

    hall: str
    """The slug of the hall."""
    epoch: str
    """New when the hall was created or restored; another epoch is always newer."""
    version: Count
    """Grows by one with each fact of the hall."""
    as_of: InstantText


class CalledCounter(TypedDict):
    """The counter of a call. Of a former one only id and label; the oldest lose their directions."""

    id: str
    label: str
    name: NotRequired[Texts]
    direction: NotRequired[Texts]
    hearing_loop: NotRequired[Annotated[bool, FALSE_IF_LEFT_OUT]]


class CallOnBoard(TypedDict):
    """A call whose visitor is not at the counter yet; `rank` is 2 and more for recalls."""

    call: str
    number: str
    counter: CalledCounter
    called_at: InstantText
    rank: Ordinal


class FormerCall(TypedDict):
    """A call that is over."""

    number: str
    counter: CalledCounter
    called_at: InstantText


class CallsMessage(Position):
    """The calls and the former calls of a hall, the latest first."""

    calls: list[CallOnBoard]
    recent: list[FormerCall]


class NamedService(TypedDict):
    """A service and its name by language."""

    id: str
    name: Texts


class QueueOnBoard(TypedDict):
    """A queue on a screen: how many wait, and the wait of who takes a ticket now."""

    queue: str
    services: list[NamedService]
    waiting: Count
    wait: SaidWait | None
    why_no_wait: NotRequired[Literal["after_closing"]]


class QueuesChanged(Position):
    """The queues of a hall; `more`: how many were left out for size."""

    queues: list[QueueOnBoard]
    more: NotRequired[Annotated[Count, ZERO_IF_LEFT_OUT]]
