"""An honest range for a wait now, from who waits, who serves and how long it takes (docs/rules/estimates.md).

The remaining wait of a leg is the time the able counters need for the work in front of it. Its mean and
variance are those of a sum of service times divided over the counters' shares; the range is a pair of
quantiles of the lognormal with that mean and variance, rounded outward to five minutes; or nothing is said.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pstdev

ROUNDED_TO_S = 300
TYPED_WEIGHT = 10
"""A typed mean counts as much as this many recent services."""
TYPED_SPREAD = 0.7
"""Standard deviation ÷ mean of service times while few are known (lognormal services, 0.45 to 0.95)."""
MODEL_ERROR = 0.25
"""What the formula does not see (pauses, calling rule, later priority visitors), as a share of the mean."""
LOW_QUANTILE, HIGH_QUANTILE = 0.10, 0.92
"""Where the range ends. With these about 84 % of real waits lie inside and 10 % above (docs, measured)."""


@dataclass(frozen=True, slots=True)
class WaitRange:
    """A range of seconds, both multiples of 300; (0, 0) says that there is no wait."""

    low_s: int
    high_s: int

    @property
    def is_none_needed(self) -> bool:
        """True when an able counter is free and nobody waits."""
        return self.high_s == 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long services of a queue last at a counter: mean in seconds, spread = standard deviation ÷ mean."""

    mean_s: float
    spread: float = TYPED_SPREAD


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue: how many legs wait in it and its pace."""

    queue: str
    waiting: int
    pace: Pace


@dataclass(frozen=True, slots=True)
class CounterNow:
    """An open counter (not closed, not in pause): the queues it serves and whether it is free to call now."""

    counter: str
    queues: frozenset[str]
    is_free: bool


@dataclass(frozen=True, slots=True)
class HallNow:
    """What an estimate looks at; nothing later than this instant is used."""

    queues: Sequence[QueueNow]
    counters: Sequence[CounterNow]


def pace_of(typed_mean_s: float, recent_s: Sequence[int]) -> Pace:
    """The pace of a service: its typed mean and its recent times (seconds, call to end), the latter weighing
    more the more there are."""
    n = len(recent_s)
    mean_s = (typed_mean_s * TYPED_WEIGHT + sum(recent_s)) / (TYPED_WEIGHT + n)
    if n < 2 or not fmean(recent_s):
        return Pace(mean_s)
    seen = min(1.5, pstdev(recent_s) / fmean(recent_s))
    return Pace(mean_s, (TYPED_SPREAD * TYPED_WEIGHT + seen * n) / (TYPED_WEIGHT + n))


def pooled(paces: Iterable[tuple[Pace, int]]) -> Pace:
    """The pace of a queue of several services, each weighted by its recent legs; more spread than each."""
    weighted = [(pace, weight) for pace, weight in paces if weight > 0]
    total = sum(weight for _, weight in weighted)
    mean_s = sum(pace.mean_s * weight for pace, weight in weighted) / total
    square = sum((pace.mean_s**2) * (1 + pace.spread**2) * weight for pace, weight in weighted) / total
    return Pace(mean_s, math.sqrt(max(0.0, square / mean_s**2 - 1)))


def estimate_hall(now: HallNow) -> dict[str, WaitRange | None]:
    """The range for whoever takes a ticket now, for each queue; None where nothing honest can be said."""
    return {queue.queue: estimate_at(now, queue=queue.queue, ahead=queue.waiting) for queue in now.queues}


def estimate_at(now: HallNow, *, queue: str, ahead: int) -> WaitRange | None:
    """The remaining wait of a leg behind `ahead` others of its queue; None when no open counter serves it."""
    able = [counter for counter in now.counters if queue in counter.queues]
    if not able:
        return None
    if not ahead and any(counter.is_free for counter in able):
        return WaitRange(0, 0)
    mean_s, deviation_s = _remaining(able, {each.queue: each for each in now.queues}, queue, ahead)
    low_s = _lognormal_quantile(mean_s, deviation_s, LOW_QUANTILE)
    high_s = _lognormal_quantile(mean_s, deviation_s, HIGH_QUANTILE)
    return _rounded_outward(low_s, high_s)


def _remaining(
    able: Sequence[CounterNow], queues: Mapping[str, QueueNow], queue: str, ahead: int
) -> tuple[float, float]:
    """Mean and standard deviation, in seconds, of the time until the leg behind `ahead` others is called.

    `ahead` whole services and the rest of one under way (mean m(1+v²)/2, v the spread: the mean residual life
    seen at a random instant), at the rate of the counters' shares.
    """
    pace = queues[queue].pace
    share = _counters_worth(able, queues, queue, ahead)
    residual = (1 + pace.spread**2) / 2
    mean_s = pace.mean_s * (ahead + residual) / share
    own_variance = (pace.mean_s / share) ** 2 * (ahead * pace.spread**2 + residual**2)
    return mean_s, math.sqrt(own_variance + (MODEL_ERROR * mean_s) ** 2)


def _counters_worth(
    able: Sequence[CounterNow], queues: Mapping[str, QueueNow], queue: str, ahead: int
) -> float:
    """How many whole counters work for this queue: a shared one is divided by the work waiting."""
    own_s = (ahead + 1) * queues[queue].pace.mean_s
    worth = 0.0
    for counter in able:
        others = (queues[name] for name in counter.queues if name != queue and name in queues)
        worth += own_s / (own_s + sum(each.waiting * each.pace.mean_s for each in others))
    return worth


def _lognormal_quantile(mean: float, deviation: float, share: float) -> float:
    variance = math.log(1 + (deviation / mean) ** 2)
    return math.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * NormalDist().inv_cdf(share))


def _rounded_outward(low_s: float, high_s: float) -> WaitRange:
    low = math.floor(low_s / ROUNDED_TO_S) * ROUNDED_TO_S
    high = math.ceil(high_s / ROUNDED_TO_S) * ROUNDED_TO_S
    return WaitRange(low, max(high, low + ROUNDED_TO_S))
