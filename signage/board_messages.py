"""What the messages of a board hold: JSON values, instants in RFC 3339."""

from typing import Literal, NotRequired, TypedDict

type WaitWording = Literal["under", "about", "between", "over"]
"""A wait as a range, or as the one end that is sure."""


class PositionMessage(TypedDict):
    """The position of a full-state message in the history of a hall (slug)."""

    hall: str
    epoch: str
    version: int
    as_of: str


class CounterMessage(TypedDict):
    """A counter, its texts by language and within their bounds; of a former call only `id` and `label`."""

    id: str
    label: str
    name: NotRequired[dict[str, str]]
    direction: NotRequired[dict[str, str]]
    hearing_loop: NotRequired[Literal[True]]


class BoardCallMessage(TypedDict):
    """A call whose visitor is not yet at the counter; `rank` is 2 and more for recalls."""

    call: str
    number: str
    counter: CounterMessage
    called_at: str
    rank: int


class RecentCallMessage(TypedDict):
    """A call that is over."""

    number: str
    counter: CounterMessage
    called_at: str


class CallsMessage(PositionMessage):
    """The calls and the former calls of a hall, the latest first."""

    calls: list[BoardCallMessage]
    recent: list[RecentCallMessage]


class NamedServiceMessage(TypedDict):
    """A service (id) and its name by language."""

    id: str
    name: dict[str, str]


class QueueWaitMessage(TypedDict):
    """A range of waits in seconds, and how it is said."""

    low_s: int
    high_s: int
    said: WaitWording


class QueueLineMessage(TypedDict):
    """A queue on a screen; `why_no_wait` only where that is why no wait is announced."""

    queue: str
    services: list[NamedServiceMessage]
    waiting: int
    wait: QueueWaitMessage | None
    why_no_wait: NotRequired[Literal["after_closing"]]


class QueuesMessage(PositionMessage):
    """The queues of a hall; `more`: how many were left out for size."""

    queues: list[QueueLineMessage]
    more: NotRequired[int]
