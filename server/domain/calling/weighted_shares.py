"""Whose turn it is when queues share a counter by weights: counters per queue, never set back as a whole.

Start-time fair queueing. Each queue has the instant, on a clock of calls, of its next turn; a call moves it
by 1 ÷ weight. A queue that was empty starts again at the clock, not where it stopped: it neither saves turns
up nor loses any to what others did. The state follows from the queues called, in order, and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ShareTurns:
    """The clock of calls and the next turn of each queue called so far, as exact fractions."""

    clock: Fraction = Fraction(0)
    next_turns: Mapping[str, Fraction] = field(default_factory=dict)

    def turn_of(self, queue: str) -> Fraction:
        """When a queue with someone waiting has its turn: the smallest is called."""
        return max(self.clock, self.next_turns.get(queue, self.clock))

    def after(self, queue: str, weight: int) -> "ShareTurns":
        """The turns after a call of this queue; `weight` ≥ 1."""
        turn = self.turn_of(queue)
        return ShareTurns(turn, {**self.next_turns, queue: turn + Fraction(1, weight)})


def turns_after(called: Iterable[str], weights: Mapping[str, int]) -> ShareTurns:
    """The turns after the queues called by `weighted_shares`, in order; a queue without weight weighs 1."""
    turns = ShareTurns()
    for queue in called:
        turns = turns.after(queue, weights.get(queue, 1))
    return turns


def most_calls_of_others(queue: str, *, ahead: int, weights: Mapping[str, int]) -> int:
    """The largest number of calls that go to other queues of `weights` while a leg waits behind `ahead` of
    its own queue.
    """
    own = weights[queue]
    return sum((ahead + 1) * weight // own + 1 for other, weight in weights.items() if other != queue)
