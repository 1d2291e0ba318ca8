"""The message of a queue for consoles: under the size limit of a message; consoles fetch the rest."""

import json
from typing import Any

from server.live.messages import MESSAGE_LIMIT

_OFTEN_EMPTY = (
    "needs",
    "is_held",
    "postponements",
    "not_before",
    "return_place",
    "added_services",
    "outcome",
    "linked",
    "exceptional",
)


def _drop_empty(message: dict[str, Any]) -> None:
    """Leaves out of each leg what most legs do not have: needs, held, timers, added services."""
    rows = [message["called"], message["in_service"], message["parked"], message["no_shows"]]
    for leg in (leg for legs in [*rows, *(queue["legs"] for queue in message["queues"])] for leg in legs):
        for name in _OFTEN_EMPTY:
            if not leg.get(name):
                leg.pop(name, None)


def _hides_counters(answer: dict[str, Any]) -> bool:
    return not answer["shows_counters"] and any(each["session_mark"] for each in answer["counters"])


def queue_message(answer: dict[str, Any]) -> dict[str, Any]:
    """The queue as a message under 4 kB, which everybody of a hall hears.

    `is_partial` says that rows were left out, or what only who holds a counter may read of it: the page
    fetches it.
    """
    message = dict(answer)
    message["is_partial"] = _hides_counters(message)
    for leg in [*message["called"], *message["in_service"], *message["parked"], *message["no_shows"]]:
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
