"""The message of a queue for consoles: under the size limit of a message; consoles fetch the rest."""

import json
from collections.abc import Iterator
from typing import Literal, get_args

from server.live.messages import MESSAGE_LIMIT
from server.usecases.answers import Leg
from server.usecases.hall.read_queue import QueueAnswer

type _OftenEmpty = Literal[
    "needs",
    "is_held",
    "postponements",
    "not_before",
    "return_place",
    "added_services",
    "outcome",
    "linked",
    "exceptional",
]

_OFTEN_EMPTY: tuple[_OftenEmpty, ...] = get_args(_OftenEmpty.__value__)


class QueueChanged(QueueAnswer):
    """The queue with the first legs of each; `is_partial`: rows were left out, and the page reads them."""

    is_partial: bool


def _not_waiting(message: QueueAnswer) -> Iterator[Leg]:
    for legs in (message["called"], message["in_service"], message["parked"], message["no_shows"]):
        yield from legs


def _drop_empty(message: QueueAnswer) -> None:
    """Leaves out of each leg what most legs do not have: needs, held, timers, added services."""
    waiting = (leg for queue in message["queues"] for leg in queue["legs"])
    for leg in (*_not_waiting(message), *waiting):
        for name in _OFTEN_EMPTY:
            if not leg.get(name):
                leg.pop(name, None)


def _hides_counters(answer: QueueAnswer) -> bool:
    return not answer["shows_counters"] and any(each["session_mark"] for each in answer["counters"])


def queue_nudge(answer: QueueAnswer) -> QueueChanged:
    """The message to who may see a part of the queue only: nobody of it, so that the page reads its part."""
    return {
        **answer,
        "queues": [],
        "called": [],
        "in_service": [],
        "parked": [],
        "no_shows": [],
        "counters": [],
        "step_free": [],
        "is_partial": True,
    }


def queue_message(answer: QueueAnswer) -> QueueChanged:
    """The queue as a message under 4 kB, which everybody of a hall hears.

    `is_partial` says that rows were left out, or what only who holds a counter may read of it: the page
    fetches it.
    """
    message: QueueChanged = {**answer, "is_partial": _hides_counters(answer)}
    for leg in _not_waiting(message):
        leg["why"] = None
    _drop_empty(message)
    while len(json.dumps(message)) > MESSAGE_LIMIT - 200:
        message["is_partial"] = True
        lists = [message["no_shows"], *(queue["legs"] for queue in message["queues"])]
        lists += [message["called"], message["in_service"], message["parked"]]
        longest = max(lists, key=len)
        if not longest:
            for counter in message["counters"]:
                counter["services"] = []
            break
        longest.pop()
    return message
