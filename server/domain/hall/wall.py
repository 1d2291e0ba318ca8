"""What a supervisor sees of a hall at one glance: queues against their targets, and how much of the counters.

Pure: values in, values out. Durations in seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

FEWEST_AGENTS = 3
"""With fewer agents present the activity of a counter would reveal that of a person: the wall shows the hall
only.
"""

type QueueState = Literal["calm", "breach_expected", "late", "unserved"]


@dataclass(frozen=True, slots=True)
class WaitingLeg:
    """One waiting leg: its wait so far, and its target."""

    wait_s: float
    target_s: int


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """A queue now: its waiting legs, the wait of the next visitor (low and high; None: unknown), its
    counters.

    `target_s` is the least target of its services, without an appointment or a priority.

    """

    waiting: Sequence[WaitingLeg]
    expected_s: tuple[float, float] | None
    target_s: int
    counters: int


def overdue(waiting: Iterable[WaitingLeg]) -> int:
    """The number of legs that have waited longer than their target."""
    return sum(each.wait_s > each.target_s for each in waiting)


def queue_state(queue: QueueSnapshot) -> QueueState:
    """The first that holds: people wait and no counter serves, a target has passed, the next one's will."""
    if queue.waiting and queue.counters == 0:
        return "unserved"
    if overdue(queue.waiting):
        return "late"
    if queue.expected_s is not None and sum(queue.expected_s) / 2 > queue.target_s:
        return "breach_expected"
    return "calm"


def shows_counters(agents: int) -> bool:
    """Whether the activity of each counter may be shown while `present` agents are there."""
    return agents >= FEWEST_AGENTS
