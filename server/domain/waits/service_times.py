"""How long a visitor occupies a counter: the service, and the agent's work until the next call.

Pure. The time after a service is learnt when somebody already waited at its end and was then called to the
same counter; until enough is known, the document's wrap-up is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

LONGEST_TURNAROUND_S = 600
"""A longer time between two calls is a pause."""
ENOUGH_TURNAROUNDS = 10


@dataclass(frozen=True, slots=True)
class ReceivedVisit:
    """A visitor received at a counter: instants of waiting (`since_s`), call and end, in seconds of one
    clock.
    """

    counter: str
    service: str
    since_s: float
    called_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class OccupiedTimes:
    """By service, the seconds each person took a counter, from the call to when the next could be called.

    `usual_turnaround_s`: the mean part of it after the service; None where too little is known.
    """

    by_service: Mapping[str, Sequence[int]]
    usual_turnaround_s: float | None

    def after_s(self, wrap_up_s: int) -> float:
        """Seconds after a service: as learnt, else the document's wrap-up."""
        return float(wrap_up_s) if self.usual_turnaround_s is None else self.usual_turnaround_s


def occupied_times(received: Sequence[ReceivedVisit], wrap_up_s: Mapping[str, int]) -> OccupiedTimes:
    """What ended services teach; `wrap_up_s`: the document's wrap-up by service; missing: 0."""
    turnarounds = _turnarounds(received)
    usual_s = fmean(turnarounds.values()) if len(turnarounds) >= ENOUGH_TURNAROUNDS else None
    found: dict[str, list[int]] = {}
    for place, one in enumerate(received):
        after_s = float(wrap_up_s.get(one.service, 0)) if usual_s is None else turnarounds.get(place, usual_s)
        found.setdefault(one.service, []).append(int(one.ended_s - one.called_s + after_s))
    return OccupiedTimes(found, usual_s)


def _turnarounds(received: Sequence[ReceivedVisit]) -> dict[int, float]:
    """By place in the sequence, the seconds until the next call there, where its visitor waited already."""
    found = {}
    in_order = sorted(enumerate(received), key=lambda one: (one[1].counter, one[1].called_s))
    for (place, one), (_, then) in pairwise(in_order):
        after_s = then.called_s - one.ended_s
        waited = one.counter == then.counter and then.since_s <= one.ended_s
        if waited and 0 <= after_s <= LONGEST_TURNAROUND_S:
            found[place] = after_s
    return found
