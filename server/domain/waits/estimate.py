"""A range for a wait, from the people who wait, the counters that serve and service times
(docs/rules/estimates.md).

The remaining wait of a leg is the time the able counters need for the work in front of it. Its mean and
variance are those of a sum of service times divided over the counters' shares; the range is a pair of
quantiles of the lognormal with that mean and variance, moved by a break that comes before them, rounded
outward to five minutes; or there is no range.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist, fmean, pstdev

from server.domain.waits.cover import ROUNDED_TO_S
from server.domain.waits.hall_snapshot import (
    TYPED_SPREAD,
    CounterNow,
    HallSnapshot,
    LinkedPlace,
    QueueNow,
    ServicePace,
    UpcomingBreak,
    place_of_linked,
    work_ahead,
)

TYPED_WEIGHT = 10
"""A typed mean counts as much as this many recent services."""
MODEL_ERROR = 0.25
"""What the formula does not see (pauses, calling rule, later priority visitors), as a share of the mean."""
SOONEST_S = 120.0
"""The mean time until a call that is not made now: agents put a file down, visitors walk."""
LOW_QUANTILE, HIGH_QUANTILE = 0.10, 0.92
"""Where a range ends as long as too few waits announced before have ended (`cover`)."""


@dataclass(frozen=True, slots=True)
class WaitRange:
    """A range of seconds, both ends multiples of 300; (0, 0) says that there is no wait.

    `median_s`: the median of the estimate itself, not the middle of the rounded range. `counts_return`: every
    able counter is away, and their expected return is part of it.
    """

    low_s: int
    high_s: int
    median_s: float
    counts_return: bool = False

    @property
    def is_none_needed(self) -> bool:
        """True when an able counter is free and nobody waits."""
        return self.high_s == 0


@dataclass(frozen=True, slots=True)
class AfterClosing:
    """A call is expected only after the hall closes for the day: pages announce no duration."""

    median_s: float


type Estimate = WaitRange | AfterClosing | None
"""The announced wait; None where no honest range exists."""


def pace_of(typed_mean_s: float, recent_s: Sequence[int]) -> ServicePace:
    """The pace of a service: its typed mean and its recent times (seconds, call to end), the latter weighing
    more the more there are."""
    n = len(recent_s)
    mean_s = (typed_mean_s * TYPED_WEIGHT + sum(recent_s)) / (TYPED_WEIGHT + n)
    if n < 2 or not fmean(recent_s):
        return ServicePace(mean_s)
    spread = min(1.5, pstdev(recent_s) / fmean(recent_s))
    return ServicePace(mean_s, (TYPED_SPREAD * TYPED_WEIGHT + spread * n) / (TYPED_WEIGHT + n))


def pool_paces(paces: Iterable[tuple[ServicePace, int]]) -> ServicePace:
    """The pace of a queue of several services, each weighted by its recent legs; more spread than each."""
    weighted = [(pace, weight) for pace, weight in paces if weight > 0]
    total = sum(weight for _, weight in weighted)
    mean_s = sum(pace.mean_s * weight for pace, weight in weighted) / total
    square = sum((pace.mean_s**2) * (1 + pace.spread**2) * weight for pace, weight in weighted) / total
    return ServicePace(mean_s, math.sqrt(max(0.0, square / mean_s**2 - 1)))


def estimate_hall(now: HallSnapshot) -> dict[str, Estimate]:
    """The estimate for a visitor who takes a ticket now, for each queue."""
    return {queue.queue: _whole(_estimates_of(now, queue).values()) for queue in now.queues}


def estimate_services(now: HallSnapshot) -> dict[str, Estimate]:
    """The estimate for a visitor who takes a ticket now, for each service."""
    return {service: found for queue in now.queues for service, found in _estimates_of(now, queue).items()}


def _estimates_of(now: HallSnapshot, queue: QueueNow) -> dict[str, Estimate]:
    return {
        service: estimate_at(
            now, queue=queue.queue, ahead=queue.waiting, subject=WaitSubject(service, new_in(service))
        )
        for service in queue.services or ("",)
    }


def _whole(found: Iterable[Estimate]) -> Estimate:
    """From the soonest to the latest of the services of a queue that are served before closing."""
    served = [each for each in found if each is not None]
    ranges = [each for each in served if isinstance(each, WaitRange)]
    if ranges:
        return WaitRange(
            min(each.low_s for each in ranges),
            max(each.high_s for each in ranges),
            fmean(each.median_s for each in ranges),
            all(each.counts_return for each in ranges),
        )
    return AfterClosing(min(each.median_s for each in served)) if served else None


AFTER_ALL = "~" * 12
"""A newcomer's ticket number: it sorts behind all that were issued at the same instant."""


def new_in(service: str, *, has_priority: bool = False) -> str:
    """The key, in `HallSnapshot.called_in_s`, of a visitor who takes a ticket of a service now."""
    return f"{'priority' if has_priority else 'new'} {service}"


@dataclass(frozen=True, slots=True)
class WaitSubject:
    """The subject of an estimate: its service, and its key in `HallSnapshot.called_in_s`, as far as known."""

    service: str = ""
    key: str = ""


ANYBODY = WaitSubject()


def estimate_at(now: HallSnapshot, *, queue: str, ahead: int, subject: WaitSubject = ANYBODY) -> Estimate:
    """The remaining wait of a leg behind `ahead` others of its queue; None when no open counter serves it."""
    return _before_closing(now, subject.service, _range_at(now, queue=queue, ahead=ahead, subject=subject))


def _before_closing(now: HallSnapshot, service: str, found: WaitRange | None) -> Estimate:
    closes_in_s = now.closes_in_s.get(service)
    if found is None or closes_in_s is None or found.median_s <= closes_in_s:
        return found
    return AfterClosing(found.median_s)


def _range_at(now: HallSnapshot, *, queue: str, ahead: int, subject: WaitSubject) -> WaitRange | None:
    able = _able(now.counters, queue, subject.service)
    if not able:
        return _range_from_return(now, queue=queue, subject=subject)
    work = work_ahead(now.linked, queue, ahead, [counter.counter for counter in able])
    is_on_break = now.rest is not None and now.rest.begins_in_s <= 0
    if not work.callable_ahead and not is_on_break and any(each.is_free for each in able):
        return WaitRange(0, 0, 0.0)
    wrapping_up_s = [
        each.wraps_up_s for each in able if each.wraps_up_s and not _waits_elsewhere(now, each, queue)
    ]
    if not work.callable_ahead and wrapping_up_s:
        free_in_s = min(wrapping_up_s)
        return _announced((0, free_in_s, free_in_s), now.rest, residual_s=0)
    predicted_s = now.called_in_s.get(subject.key)
    if predicted_s is not None:
        return _of_sum(now, _until_predicted_call(able, _by_id(now), predicted_s), queue)
    return _of_sum(now, _remaining(able, _by_id(now), queue, work.ahead), queue)


def _range_from_return(now: HallSnapshot, *, queue: str, subject: WaitSubject) -> WaitRange | None:
    """The range where every able counter is away: their return is part of the predicted call.

    Who came after the prediction is taken for the newcomer of it.
    """
    returning = _able(now.returning, queue, subject.service)
    predicted_s = now.called_in_s.get(subject.key, now.called_in_s.get(new_in(subject.service)))
    if not returning or predicted_s is None:
        return None
    found = _of_sum(now, _until_predicted_call(returning, _by_id(now), predicted_s - now.age_s), queue)
    return replace(found, counts_return=True)


def estimate_linked(now: HallSnapshot, *, subject: WaitSubject, queue: str, ahead: int) -> Estimate:
    """The remaining wait of a leg whose visit may be linked: those that share its link are called in a row.

    `who.key` is the visit. Where its call was not predicted, next where one of them is received, or after the
    first of them; a visit that is not linked as `estimate_at`.
    """
    return _before_closing(
        now, subject.service, _range_linked(now, subject=subject, queue=queue, ahead=ahead)
    )


def _range_linked(now: HallSnapshot, *, subject: WaitSubject, queue: str, ahead: int) -> WaitRange | None:
    place = place_of_linked(now.linked, subject.key)
    if place is None:
        return _range_at(now, queue=queue, ahead=ahead, subject=subject)
    able, predicted_s = _able(now.counters, queue, subject.service), now.called_in_s.get(subject.key)
    if able and predicted_s is not None:
        return _of_sum(now, _until_predicted_call(able, _by_id(now), predicted_s), queue)
    pace = _by_id(now)[queue].pace
    after = _Sum(pace.mean_s * place.after, (pace.mean_s * pace.spread) ** 2 * place.after)
    if any(each.counter == place.at and queue in each.queues for each in now.counters):
        rest_s = residual_s(pace)
        return _of_sum(now, _with_model_error(after.plus(_Sum(rest_s, rest_s**2))), queue)
    return _behind_first(now, place, after) or _range_at(now, queue=queue, ahead=ahead, subject=subject)


def _behind_first(now: HallSnapshot, place: LinkedPlace, after: "_Sum") -> WaitRange | None:
    able = _able(now.counters, place.first_queue, "")
    if not able:
        return None
    work = work_ahead(now.linked, place.first_queue, place.first_ahead, [each.counter for each in able])
    first = _remaining(able, _by_id(now), place.first_queue, work.ahead)
    return _of_sum(now, first.plus(after), place.first_queue)


def _able(counters: Iterable[CounterNow], queue: str, service: str) -> list[CounterNow]:
    return [counter for counter in counters if counter.serves(queue, service)]


def _waits_elsewhere(now: HallSnapshot, counter: CounterNow, queue: str) -> bool:
    """Whether another queue of the counter has people who may be called first."""
    return any(each.waiting and each.queue != queue and each.queue in counter.queues for each in now.queues)


def _by_id(now: HallSnapshot) -> dict[str, QueueNow]:
    return {each.queue: each for each in now.queues}


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum of service times: its mean in seconds and its variance."""

    mean_s: float
    variance: float

    def plus(self, other: "_Sum") -> "_Sum":
        return _Sum(self.mean_s + other.mean_s, self.variance + other.variance)


def _with_model_error(found: _Sum) -> _Sum:
    return _Sum(found.mean_s, found.variance + (MODEL_ERROR * found.mean_s) ** 2)


def residual_s(pace: ServicePace) -> float:
    """The mean rest of a service at a random instant."""
    return pace.mean_s * (1 + pace.spread**2) / 2


def _until_predicted_call(
    able: Sequence[CounterNow], queues: Mapping[str, QueueNow], called_in_s: float
) -> _Sum:
    """The time until a predicted call, `SOONEST_S` at least.

    The able counters serve the people in front at their pace: the variance grows with the time.
    """
    served = {name for each in able for name in each.queues if name in queues}
    mean_s = fmean(queues[name].pace.mean_s for name in served)
    square = fmean(queues[name].pace.spread ** 2 for name in served)
    wait_s = max(called_in_s, SOONEST_S)
    rest_s = mean_s * (1 + square) / 2 / len(able)
    return _with_model_error(_Sum(wait_s, wait_s * mean_s * square / len(able) + rest_s**2))


def _remaining(able: Sequence[CounterNow], queues: Mapping[str, QueueNow], queue: str, ahead: float) -> _Sum:
    """The time until the leg behind `ahead` others is called.

    `ahead` whole services, the rest of one under way, and of those an agent has under way at further
    counters, at the rate of the counters' shares.
    """
    pace = queues[queue].pace
    share = _counters_worth(able, queues, queue, ahead)
    residual = residual_s(pace) / pace.mean_s * (1 + sum(each.also_here for each in able) / len(able))
    mean_s = pace.mean_s * (ahead + residual) / share
    own_variance = (pace.mean_s / share) ** 2 * (ahead * pace.spread**2 + residual**2)
    return _with_model_error(_Sum(mean_s, own_variance))


def _counters_worth(
    able: Sequence[CounterNow], queues: Mapping[str, QueueNow], queue: str, ahead: float
) -> float:
    """How many whole counters work for this queue: a shared one is divided by the work waiting."""
    own_s = (ahead + 1) * queues[queue].pace.mean_s
    worth = 0.0
    for counter in able:
        others = (queues[name] for name in counter.queues if name != queue and name in queues)
        worth += own_s / (own_s + sum(each.waiting * each.pace.mean_s for each in others))
    return worth


def _of_sum(now: HallSnapshot, found: _Sum, queue: str) -> WaitRange:
    deviation_s = math.sqrt(found.variance)
    low_s, median_s, high_s = (
        _lognormal_quantile(found.mean_s, deviation_s, share) for share in (LOW_QUANTILE, 0.5, HIGH_QUANTILE)
    )
    low_s, high_s = now.reach(median_s) or (low_s, high_s)
    return _announced((low_s, median_s, high_s), now.rest, residual_s=residual_s(_by_id(now)[queue].pace))


def _announced(
    waits_s: tuple[float, float, float], rest: UpcomingBreak | None, *, residual_s: float
) -> WaitRange:
    """The range of a low, median and high wait in seconds, each moved by a break before it.

    A service under way when the break begins ends in it, so the lower end may be nearer to the break's end by
    the rest of that service.
    """
    low_s, median_s, high_s = waits_s
    if rest is None:
        return _rounded_outward(low_s, high_s, median_s)
    moved_s = rest.moved(low_s)
    if moved_s > low_s:
        moved_s = max(low_s, rest.resumes_in_s, moved_s - residual_s)
    return _rounded_outward(moved_s, rest.moved(high_s), rest.moved(median_s))


def _lognormal_quantile(mean: float, deviation: float, share: float) -> float:
    variance = math.log(1 + (deviation / mean) ** 2)
    return math.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * NormalDist().inv_cdf(share))


def _rounded_outward(low_s: float, high_s: float, median_s: float) -> WaitRange:
    low = max(0, math.floor(low_s / ROUNDED_TO_S)) * ROUNDED_TO_S
    high = math.ceil(high_s / ROUNDED_TO_S) * ROUNDED_TO_S
    return WaitRange(low, max(high, low + ROUNDED_TO_S), median_s)


@dataclass(frozen=True, slots=True)
class Quote:
    """The wait announced with a ticket, in seconds.

    Without ends « peut-être pas aujourd’hui » is announced. `simple_s`: the simple estimate at that instant,
    which is announced to nobody.
    """

    low_s: int | None
    median_s: int
    high_s: int | None
    simple_s: int | None = None


def simple_wait_s(ahead: int, mean_s: float, counters: int, *, is_free: bool) -> float | None:
    """Position × mean service ÷ able counters: what announced waits are compared with (seconds).

    None without a counter; no wait where one is free and nobody is ahead.
    """
    if not counters:
        return None
    return 0.0 if is_free and not ahead else (ahead + 1) * mean_s / counters
