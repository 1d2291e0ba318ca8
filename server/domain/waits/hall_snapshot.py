"""What an estimate of waits is made from: the queues, counters and break of a hall at one instant."""

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import NormalDist, fmean

from server.domain.waits.cover import Ends


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


TYPED_SPREAD = 0.7
"""Standard deviation ÷ mean of service times while few are known (lognormal services, 0.45 to 0.95)."""


@dataclass(frozen=True, slots=True)
class ServicePace:
    """How long services of a queue last at a counter: mean in seconds, spread = standard deviation ÷ mean."""

    mean_s: float
    spread: float = TYPED_SPREAD


LEAST_SPREAD = 0.01
"""Times that spread less are taken as all the same."""
LONGEST_SHARE = 0.995
"""A service that has lasted longer than this share of all is as one that has lasted so long."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A service under way: its pace, and seconds since its call."""

    pace: ServicePace
    age_s: float

    def rest_s(self, part: int, parts: int) -> float:
        """How many seconds the service still lasts, on average.

        Of services that have lasted so long, sorted by what is left of them and cut into so many equal
        `parts`, the mean of one `part` (0: the shortest). Times are lognormal.
        """
        if self.pace.spread < LEAST_SPREAD:
            return max(0.0, self.pace.mean_s - self.age_s)
        sigma = math.sqrt(math.log(1 + self.pace.spread**2))
        logs = NormalDist(math.log(self.pace.mean_s) - sigma**2 / 2, sigma)
        over = min(LONGEST_SHARE, logs.cdf(math.log(self.age_s))) if self.age_s > 0 else 0.0
        starts, ends = (over + at / parts * (1 - over) for at in (part, part + 1))
        # of the mean of all, the part that times between two quantiles have
        weight = _share_of_mean(ends, sigma) - _share_of_mean(starts, sigma)
        return max(0.0, self.pace.mean_s * weight / (ends - starts) - self.age_s)


def _share_of_mean(quantile: float, sigma: float) -> float:
    """How much of the mean of a lognormal time comes from the times below a quantile (0 to 1)."""
    if not 0 < quantile < 1:
        return float(quantile >= 1)
    return NormalDist().cdf(NormalDist().inv_cdf(quantile) - sigma)


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue: how many legs wait in it, its pace, and the services that share it (none: one of its own)."""

    queue: str
    waiting: int
    pace: ServicePace
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CounterNow:
    """One place that receives one person at a time now, neither closed nor paused: a counter, or an agent
    with all counters of the session that need the agent's time.

    `queues`: those it serves; `services`: which of their services, none given: all; `is_free`: it can call
    now; `wraps_up_s`: seconds left of a wrap-up after which it is free; `also_here`: people at further
    counters of the same agent.
    """

    counter: str
    queues: frozenset[str]
    is_free: bool
    wraps_up_s: float = 0.0
    also_here: int = 0
    services: frozenset[str] = frozenset()

    def serves(self, queue: str, service: str) -> bool:
        """Whether it serves a service of a queue, or anything of it (service "")."""
        return queue in self.queues and (not service or not self.services or service in self.services)

    def later(self, by_s: float) -> "CounterNow":
        """The same counter `by_s` seconds later, if nothing happens there."""
        left_s = self.wraps_up_s - by_s
        if not self.wraps_up_s or left_s > 0:
            return replace(self, wraps_up_s=max(0.0, left_s))
        return replace(self, wraps_up_s=0.0, is_free=True)


@dataclass(frozen=True, slots=True)
class UpcomingBreak:
    """A break without calls: seconds until it begins (0 or less: it has begun) and until it ends."""

    begins_in_s: float
    resumes_in_s: float

    def moved(self, wait_s: float) -> float:
        """A wait, lengthened by the break if the break begins before its end."""
        begins_s = max(0.0, self.begins_in_s)
        return wait_s if wait_s < begins_s else wait_s + self.resumes_in_s - begins_s

    def worked(self, in_s: float) -> float:
        """The seconds until an instant without those of the break: what `moved` lengthens again."""
        begins_s = max(0.0, self.begins_in_s)
        return min(in_s, max(begins_s, in_s - self.resumes_in_s + begins_s))


def unknown_reach(_: float) -> Ends | None:
    """Nothing is known of waits announced before."""
    return None


@dataclass(frozen=True, slots=True)
class HallSnapshot:
    """The input of an estimate: the hall at one instant.

    `rest`: the break that runs or comes next today, None where waiting visitors are still called in it.
    `called_in_s`: seconds until the calling rule would come to a visit that waits, and to newcomers
    (`new_in`), as far as the rule was simulated (`play_forward`).
    `closes_in_s`: seconds until a service closes for the day, by service; absent where it does not close.
    `returning`: counters that are away and expected back. `age_s`: how long ago the calls were simulated.
    `reach`: where the range of a median (seconds) ends, by the waits announced before; None: not known.
    """

    queues: Sequence[QueueNow]
    counters: Sequence[CounterNow]
    rest: UpcomingBreak | None = None
    linked: Sequence[LinkedNow] = ()
    called_in_s: Mapping[str, float] = field(default_factory=dict)
    closes_in_s: Mapping[str, float] = field(default_factory=dict)
    returning: Sequence[CounterNow] = ()
    age_s: float = 0.0
    reach: Callable[[float], Ends | None] = unknown_reach

    @property
    def changes_by_itself(self) -> bool:
        """Whether the passing of time alone changes the estimate."""
        has_wrap_up = any(counter.wraps_up_s for counter in self.counters)
        return self.rest is not None or has_wrap_up or bool(self.closes_in_s or self.returning)

    def later(self, by_s: float) -> "HallSnapshot":
        """The same hall `by_s` seconds later, if nothing happens."""
        rest = self.rest
        if rest is not None:
            rest = UpcomingBreak(rest.begins_in_s - by_s, rest.resumes_in_s - by_s)
        return replace(
            self,
            counters=[counter.later(by_s) for counter in self.counters],
            rest=rest if rest and rest.resumes_in_s > 0 else None,
            closes_in_s={service: in_s - by_s for service, in_s in self.closes_in_s.items()},
            age_s=self.age_s + by_s,
        )


LONGEST_TURNAROUND_S = 600
"""A longer time between two calls is a pause."""
ENOUGH_TURNAROUNDS = 10
MOST_RECENT = 600
"""How many of the legs received last tell how long services take."""


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
