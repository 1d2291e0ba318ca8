"""The board of a hall as the messages a screen receives, small enough for any network.

Both messages are plain JSON values, instants in RFC 3339. `board.changed` carries the calls,
`queues.changed` the people waiting. Each stays under `MESSAGE_LIMIT` bytes as it travels (JSON with every
non-ASCII character escaped, which is the largest form):

1. a counter's label holds at most 40 characters and a direction 80; a longer one is cut and ends with « … »;
2. at most the 12 most recent calls and the 8 most recent former calls are carried;
3. while the message is too large, in this order: beyond the three calls a screen shows large, the language
   of visitors leaves, then marks of hearing loops, then directions, oldest first; former calls leave, oldest
   first; labels of calls beyond the third are cut to 16 characters; the oldest calls leave.

A screen remembers the directions of counters, so step 3 is rarely visible.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
from signage.announcement import FRENCH

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


class PlaceOfVisitor(TypedDict):
    """A counter in the language of the visitor who is called there."""

    language: str
    label: str
    direction: str


class CalledCounter(TypedDict):
    """The counter of a call. Of a former one only id and label; the oldest lose their directions.

    `visitor`: where the hall says calls in the language of their tickets, the counter in that language.
    """

    id: str
    label: str
    direction: NotRequired[Texts]
    visitor: NotRequired[PlaceOfVisitor]
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


MAX_CALLS = 12
MAX_RECENT = 8
LARGE_CALLS = 3
LABEL_CHARACTERS = 40
DIRECTION_CHARACTERS = 80
SHORT_LABEL_CHARACTERS = 16
NAME_CHARACTERS = 60
MESSAGE_LIMIT = 3_900
"""Bytes of one message's JSON; leaves 196 bytes below 4 kB (4,096) for the packet's name and namespace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPlace:
    """A counter in French words for visitors: its label (« guichet 3 »), and its direction if it has one.

    `has_loop`: an induction loop in order helps those who hear by their hearing aid there. `visitor`: its
    label and direction in the language (code) of who is called, None where they are said in French only.
    """

    counter: str
    label: str
    direction: str = ""
    has_loop: bool = False
    visitor: tuple[str, str, str] | None = None


def calls_message(
    position: Position, *, calls: Iterable[CallOnBoard], recent: Iterable[FormerCall]
) -> CallsMessage:
    """Return the most recent calls and former calls of a hall, the latest first. See `fitted_board`."""
    newest = sorted(calls, key=lambda call: call["called_at"], reverse=True)[:MAX_CALLS]
    former = sorted(recent, key=lambda call: call["called_at"], reverse=True)[:MAX_RECENT]
    return {**position, "calls": newest, "recent": former}


def fitted_board[Board: CallsMessage](message: Board) -> Board:
    """Return the body of `board.changed`, made smaller in place until it fits `MESSAGE_LIMIT`.

    What else the board says (its programme, an alert) is never cut. Raises ValueError if that leaves no room
    for a single call.
    """
    return _fitted(message, _BOARD_STEPS)


def queues_message(position: Position, queues: Iterable[QueueOnBoard]) -> QueuesChanged:
    """Return the body of `queues.changed`, never larger than `MESSAGE_LIMIT`.

    Where it would be, first the other languages of service names leave, then the queues with the fewest
    people waiting; `more` then counts the queues left out.
    """
    message: QueuesChanged = {
        "hall": position["hall"],
        "epoch": position["epoch"],
        "version": position["version"],
        "as_of": position["as_of"],
        "queues": list(queues),
    }
    return _fitted(message, _QUEUE_STEPS)


def message_bytes(message: Mapping[str, object]) -> int:
    """Return the number of bytes of a message's JSON on the wire, non-ASCII characters escaped."""
    return len(json.dumps(message, separators=(",", ":")))


def clip(text: str, characters: int) -> str:
    """Return a text of at most `characters` characters; one that was cut ends with « … »."""
    text = " ".join(text.split())
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"


def counter_message(place: CounterPlace) -> CalledCounter:
    """Return a counter as a message, for the board and with a call: its texts within their bounds."""
    counter = former_counter(place)
    counter["direction"] = {FRENCH: clip(place.direction, DIRECTION_CHARACTERS)} if place.direction else {}
    if place.visitor:
        language, label, direction = place.visitor
        counter["visitor"] = {
            "language": language,
            "label": clip(label, LABEL_CHARACTERS),
            "direction": clip(direction, DIRECTION_CHARACTERS),
        }
    if place.has_loop:
        counter["hearing_loop"] = True
    return counter


def former_counter(place: CounterPlace) -> CalledCounter:
    """Return a counter as a message with a former call: its label within its bounds, no more."""
    return {"id": place.counter, "label": clip(place.label, LABEL_CHARACTERS)}


type Step[Message] = Callable[[Message], bool]
"""Makes a message one notch smaller in place; returns False when it has nothing left to take."""


def _fitted[Message: Position](message: Message, steps: Sequence[Step[Message]]) -> Message:
    for step in steps:
        while message_bytes(message) > MESSAGE_LIMIT and step(message):
            pass
    if message_bytes(message) > MESSAGE_LIMIT:
        raise ValueError(
            f"a message of hall {message['hall']} cannot be made smaller than {MESSAGE_LIMIT} bytes"
        )
    return message


def _without_old(name: Literal["visitor", "hearing_loop"], message: CallsMessage) -> bool:
    for call in message["calls"][LARGE_CALLS:]:
        call["counter"].pop(name, None)
    return False


def _without_an_old_direction(message: CallsMessage) -> bool:
    for call in reversed(message["calls"][LARGE_CALLS:]):
        if call["counter"].get("direction"):
            call["counter"]["direction"] = {}
            return True
    return False


def _without_a_former_call(message: CallsMessage) -> bool:
    return bool(message["recent"]) and bool(message["recent"].pop())


def _with_short_labels(message: CallsMessage) -> bool:
    for call in message["calls"][LARGE_CALLS:]:
        call["counter"]["label"] = clip(call["counter"]["label"], SHORT_LABEL_CHARACTERS)
    return False


def _without_the_oldest_call(message: CallsMessage) -> bool:
    return len(message["calls"]) > 1 and bool(message["calls"].pop())


def _without_other_service_names(message: QueuesChanged) -> bool:
    for line in message["queues"]:
        for service in line["services"]:
            service["name"] = dict(list(service["name"].items())[:1])
    return False


def _without_the_shortest_queue(message: QueuesChanged) -> bool:
    if not message["queues"]:
        return False
    message["queues"].remove(min(reversed(message["queues"]), key=lambda line: line["waiting"]))
    message["more"] = message.get("more", 0) + 1
    return True


_BOARD_STEPS: Sequence[Step[CallsMessage]] = (
    partial(_without_old, "visitor"),
    partial(_without_old, "hearing_loop"),
    _without_an_old_direction,
    _without_a_former_call,
    _with_short_labels,
    _without_the_oldest_call,
)
_QUEUE_STEPS: Sequence[Step[QueuesChanged]] = (_without_other_service_names, _without_the_shortest_queue)
