"""What a supervisor sees of a hall at one glance: queues against their targets, and how much of the counters.

Pure: values in, values out. Durations in seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

FEWEST_AGENTS = 3
"""With fewer agents present what a counter does tells what a person does: the wall shows the hall only."""

type QueueState = Literal["calm", "breach_expected", "late", "unserved"]


@dataclass(frozen=True, slots=True)
class Waited:
    """One waiting leg: since how long, and the longest wait wanted for it."""

    wait_s: float
    target_s: int


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """A queue now: who waits, the wait of whoever comes next (low and high; None: unknown), its counters.

    `target_s` is the least target of its services, without an appointment or a priority.
    """

    waiting: Sequence[Waited]
    expected_s: tuple[float, float] | None
    target_s: int
    counters: int


def overdue(waiting: Iterable[Waited]) -> int:
    """How many have waited longer than wanted."""
    return sum(each.wait_s > each.target_s for each in waiting)


def queue_state(queue: QueueSeen) -> QueueState:
    """The first that holds: nobody serves who waits, someone's target has passed, the next one's will."""
    if queue.waiting and queue.counters == 0:
        return "unserved"
    if overdue(queue.waiting):
        return "late"
    if queue.expected_s is not None and sum(queue.expected_s) / 2 > queue.target_s:
        return "breach_expected"
    return "calm"


def shows_counters(agents: int) -> bool:
    """Whether what each counter does may be shown, with so many agents present."""
    return agents >= FEWEST_AGENTS
