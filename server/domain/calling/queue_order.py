"""Classes of legs, the order of a queue, and calls that an agent chooses by hand.

The order of a queue is one text per leg, the sort key, so an index answers which page comes next and who is
ahead: holders of a priority card first, then everyone by reference instant: the arrival, or the later of
arrival and booked hour. Which leg a counter calls next is the calling rule's choice (`choose_next`).
"""

from datetime import datetime
from typing import Literal

from server.domain.facts import CallReason
from server.domain.instants import to_micros

type LegClass = Literal["walk_in", "appointment", "priority"]
type Priority = Literal["none", "declared", "confirmed", "not_confirmed"]

PRIORITY, APPOINTMENT, WALK_IN = "priority", "appointment", "walk_in"
PRIORITY_COUNTS = frozenset({"declared", "confirmed"})


def reference_at(arrived_at: datetime, booked_at: datetime | None) -> datetime:
    """The instant a wait is counted from: the later of arrival and booked hour."""
    return arrived_at if booked_at is None else max(arrived_at, booked_at)


def sort_key(leg_class: str, reference: datetime, number: str, *, step: int = 1) -> str:
    """The place of a leg among the waiting: smaller is called first.

    `step` 0 puts a leg before everyone of its class (a transfer to the front, a call that was undone).
    """
    first = "0" if leg_class == PRIORITY else "1"
    return f"{first}{step}{to_micros(reference):017d}{number}"


def chosen_by_hand(reference: datetime, now: datetime, reason: str) -> CallReason:
    """Why an agent's choice was called: out of order, with the reason that was given."""
    minutes = max(0, int((now - reference).total_seconds() // 60))
    return CallReason("chosen", "why.chosen", {"minutes": minutes, "reason": reason})
