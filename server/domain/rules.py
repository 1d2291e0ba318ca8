"""Calling rules: pure functions over waiting legs. This version has one, `arrival_order`.

`arrival_order`: the holders of a priority card first (the law gives them priority), then everyone by
reference
instant: the arrival, or the later of arrival and booked hour for an appointment. Within one class and
service the
first come is the first called. Overtaking bound: a leg is overtaken only by priority legs that arrive
while it
waits. The order is one text per leg, the sort key, so that a database index gives the next leg.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.facts import Why
from server.domain.instants import to_micros

ARRIVAL_ORDER = "arrival_order"
PRIORITY, APPOINTMENT, WALK_IN = "priority", "appointment", "walk_in"
PRIORITY_COUNTS = frozenset({"declared", "confirmed"})


def visit_class(priority: str, booked_at: datetime | None) -> str:
    """The class of a leg: priority, appointment or walk_in, in that precedence."""
    if priority in PRIORITY_COUNTS:
        return PRIORITY
    return APPOINTMENT if booked_at is not None else WALK_IN


def reference_at(arrived_at: datetime, booked_at: datetime | None) -> datetime:
    """The instant a wait is counted from: the later of arrival and booked hour."""
    return arrived_at if booked_at is None else max(arrived_at, booked_at)


def sort_key(leg_class: str, reference: datetime, number: str, *, step: int = 1) -> str:
    """The place of a leg among the waiting: smaller is called first.

    `step` 0 puts a leg before everyone of its class (a transfer to the front, a call that was undone).
    """
    first = "0" if leg_class == PRIORITY else "1"
    return f"{first}{step}{to_micros(reference):017d}{number}"


@dataclass(frozen=True, slots=True)
class WaitingLeg:
    """What a rule sees of a waiting leg; waits are counted from `reference` to now."""

    id: str
    number: str
    leg_class: str
    priority: str
    reference: datetime
    target_s: int
    sort_key: str


def waited_min(leg: WaitingLeg, now: datetime) -> int:
    """Whole minutes a leg has waited, never negative."""
    return max(0, int((now - leg.reference).total_seconds() // 60))


def explain(candidates: Sequence[WaitingLeg], now: datetime) -> Why:
    """Why the first of the candidates (in call order) is called, with up to three runners-up."""
    chosen = candidates[0]
    key = (
        "why.priority"
        if chosen.leg_class == PRIORITY
        else "why.appointment"
        if chosen.leg_class == APPOINTMENT
        else "why.arrival"
    )
    values = {
        "minutes": waited_min(chosen, now),
        "target_minutes": chosen.target_s // 60,
        "others": len(candidates) - 1,
    }
    runners_up = tuple({"number": leg.number, "minutes": waited_min(leg, now)} for leg in candidates[1:4])
    return Why(ARRIVAL_ORDER, key, values, runners_up)


def chosen_by_hand(leg: WaitingLeg, now: datetime, reason: str) -> Why:
    """Why an agent's choice was called: out of order, with the reason that was given."""
    return Why("chosen", "why.chosen", {"minutes": waited_min(leg, now), "reason": reason})
