"""The bounds on overtaking of the calling rules, as docs/rules/calling.md states them.

A bound speaks of two legs that the same counter may call. It leaves out those who come before everyone
(priority holders where they are first, a place given back at the front, a condition of the profile) and it is
that of the first leg of one's lane: behind it nobody of the same series and class is passed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from server.domain.calling.rules import ACCUMULATED_RATES, GUARD_AT, RuleName
from server.domain.calling.waiting_legs import PRIORITY, QueuedLeg

type PassedBy = Callable[[QueuedLeg, datetime, int], float | None]
"""Of a leg, the instant and the shortest target: the most seconds by which the reference of a leg called
before this one may follow this one's; None: no bound.
"""


def _by_a_share_of_the_wait(leg: QueuedLeg, now: datetime, shortest_s: int) -> float:
    return (1 - shortest_s / leg.target_s) * leg.waited_s(now)


def _by_faster_classes(leg: QueuedLeg, now: datetime, _: int) -> float:
    return (1 - ACCUMULATED_RATES[leg.leg_class] / max(ACCUMULATED_RATES.values())) * leg.waited_s(now)


PASSED_BY: Mapping[RuleName, PassedBy] = {
    # nobody who came later passes
    RuleName.ARRIVAL_ORDER: lambda leg, now, shortest_s: 0.0,
    # nobody who came later by more than the difference to the shortest target
    RuleName.EARLIEST_DUE: lambda leg, now, shortest_s: leg.target_s - shortest_s,
    # nobody who came after the share 1 − shortest target ÷ target of its wait
    RuleName.RELATIVE_TARGET: _by_a_share_of_the_wait,
    # nobody who came after the share 1 − rate ÷ highest rate of its wait
    RuleName.ACCUMULATING_PRIORITY: _by_faster_classes,
    # none for appointments and walk-ins: the class above may always come first
    RuleName.STRICT_CLASSES: lambda leg, now, shortest_s: 0.0 if leg.leg_class == PRIORITY else None,
    # nobody who came later than three targets or than the share of `relative_target`, whichever is later
    RuleName.GCMU_SAFE: lambda leg, now, shortest_s: max(
        GUARD_AT * leg.target_s, _by_a_share_of_the_wait(leg, now, shortest_s)
    ),
}
"""The rules with a bound by arrival. Under `listed_order` and `longest_queue` a leg may wait as long as the
other queues have someone, or are longer; `weighted_shares` bounds the number of calls.
"""


def most_calls_of_others(queue: str, *, ahead: int, weights: Mapping[str, int]) -> int:
    """The most calls of other queues under `weighted_shares` while a leg waits behind `ahead` of its own."""
    own = weights[queue]
    return sum((ahead + 1) * weight // own + 1 for other, weight in weights.items() if other != queue)
