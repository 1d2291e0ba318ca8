"""How much is called before a leg where some visits are linked, and so called in a row at one counter.

Pure, for `server.domain.waits.estimate`; the rule in words is docs/rules/estimates.md.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkedMember:
    """A waiting leg of linked visits: its visit, its queue, and how many of the queue wait before it."""

    visit: str
    queue: str
    ahead: int


@dataclass(frozen=True, slots=True)
class LinkedNow:
    """Linked visits that wait, the longest wait first; `at`: where one of them is received now."""

    members: tuple[LinkedMember, ...]
    at: str | None = None

    def first_of(self, queue: str) -> int | None:
        """The place of the first of them in a queue, None when none waits there."""
        return min((each.ahead for each in self.members if each.queue == queue), default=None)


@dataclass(frozen=True, slots=True)
class WorkAhead:
    """The work before a leg: `ahead`, in whole services spread over the able counters, and the number of legs
    that a free counter would call first.
    """

    ahead: float
    callable_ahead: int


@dataclass(frozen=True, slots=True)
class LinkedPlace:
    """Where the leg of a linked visit stands: behind `after` of those linked to it, at who receives one of
    them (`at`), or else after the first of them at its own place."""

    after: int
    at: str | None
    first_queue: str
    first_ahead: int


def place_of_linked(linked: Sequence[LinkedNow], visit: str) -> LinkedPlace | None:
    """The place of a visit that waits with others linked to it, None for one that is not."""
    for together in linked:
        for after, member in enumerate(together.members):
            if member.visit == visit:
                first = together.members[0]
                return LinkedPlace(after, together.at, first.queue, first.ahead)
    return None


def work_ahead(linked: Sequence[LinkedNow], queue: str, ahead: int, able: Sequence[str]) -> WorkAhead:
    """The legs called before a leg behind `ahead` others of a queue that the counters `able` serve.

    Linked visits follow one another at one counter: those linked to someone before the leg pass before it,
    and keep one counter while the others go on. One pass over the legs before it, none without links.
    """
    here = [each for each in linked if each.first_of(queue) is not None or each.at in able]
    if not here:
        return WorkAhead(ahead, ahead)
    busy = dict.fromkeys(able, 0)
    places = [each.ahead for together in here for each in together.members if each.queue == queue]
    blocks: list[tuple[int, int, int]] = []
    in_blocks = 0
    for together in here:
        first = together.first_of(queue)
        before = sum(each.queue == queue and each.ahead < ahead for each in together.members)
        if together.at in busy:
            busy[together.at] += len(together.members)
            in_blocks += before
        elif first is not None and first < ahead:
            alone_before = first - sum(place < first for place in places)
            blocks.append((first, alone_before, len(together.members)))
            in_blocks += before
    alone = ahead - in_blocks
    return WorkAhead(_spread(list(busy.values()), blocks, alone), alone + sum(size for *_, size in blocks))


def _spread(busy: list[int], blocks: list[tuple[int, int, int]], alone: int) -> float:
    """The services until a counter is free for the leg, counted over all counters, each taking what comes
    next as soon as it is free. `blocks`: the place of each, how many of those
    `alone` stand before it, its size."""
    heapq.heapify(busy)
    called = 0
    for _, before, size in sorted(blocks):
        for _ in range(called, before):
            heapq.heapreplace(busy, busy[0] + 1)
        called = before
        heapq.heapreplace(busy, busy[0] + size)
    for _ in range(called, alone):
        heapq.heapreplace(busy, busy[0] + 1)
    start = busy[0]
    return len(busy) * start + sum(min(1, each - start) for each in busy)
