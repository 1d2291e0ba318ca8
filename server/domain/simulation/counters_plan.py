"""How many counters when: the fewest of each half hour that keep the target, on days played again.

Every counter of a plan serves every service. Half hours are decided in their order: the fewest counters from
then on with which those decided before, and this one, keep the share of visitors within their targets.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import groupby, pairwise

from server.domain.calling.waiting_legs import CallingCounter
from server.domain.instants import half_hour
from server.domain.simulation.days import CounterPlan, DrawnDay
from server.domain.simulation.run import run_day
from server.domain.simulation.what_if import PastDays, drawn_again, played_days

PLAYED = 40
HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PlannedHalfHour:
    """A half hour (0–47, local): how many visitors begin to wait in it a day, and the counters it needs, none
    where nobody comes and nobody has to be called.

    `keeps`: whether the most counters keep the target; if not, as many as serve almost as well as they.
    """

    at: int
    visits: float
    counters: int
    keeps: bool


def fewest_counters(
    past: PastDays, share: float, most: int, *, played: int = PLAYED
) -> tuple[PlannedHalfHour, ...]:
    """The plan of a weekday. `share`: of visitors called within their target, 0 to 1. `most`: counters.

    Refusal: few_days_played.
    """
    days = played_days(past)
    each = max(1, played // len(days))
    plays = [
        replace(day, visitors=visitors)
        for place, day in enumerate(days)
        for visitors in drawn_again(days, place, each)
    ]
    visits = Counter(half_hour(one.leg.reference, past.zone) for day in days for one in day.visitors)
    first, last = min(visits), max(visits)
    half_hours = range(first, last + 1)

    def within(counts: dict[int, int], at: int = first, count: int = 0) -> Counter[int]:
        """The visitors called in time, by half hour, with so many counters from `at` on."""
        plan = counts | dict.fromkeys(range(at, last + 1), count)
        return _within(plays, plan, past)

    tickets = {at: each * visits[at] for at in half_hours}
    most_within = within({}, count=most)
    keeps = {at: most_within[at] >= share * tickets[at] for at in half_hours}
    needed = {at: share * (tickets[at] if keeps[at] else most_within[at]) for at in half_hours}
    counts: dict[int, int] = {}
    count = 1
    for at in half_hours:
        least = min(1, visits[at])
        count = max(count, least)
        while count < most and within(counts, at, count)[at] < needed[at]:
            count += 1
        while count > least:
            fewer = within(counts, at, count - 1)
            if any(fewer[each] < needed[each] for each in range(first, at + 1)):
                break
            count -= 1
        counts[at] = count
    return tuple(PlannedHalfHour(at, visits[at] / len(days), counts[at], keeps[at]) for at in half_hours)


def _within(plays: Sequence[DrawnDay], plan: dict[int, int], past: PastDays) -> Counter[int]:
    within: Counter[int] = Counter()
    for day in plays:
        staffed = replace(day, counters=tuple(counters_of(plan, day, past.zone)))
        waits = run_day(staffed, past.rule, priority_first=past.priority_first)
        for one, wait in zip(day.visitors, waits, strict=True):
            within[half_hour(one.leg.reference, past.zone)] += wait.is_within
    return within


def counters_of(plan: dict[int, int], day: DrawnDay, zone: tzinfo) -> Iterator[CounterPlan]:
    """The counters of a plan (half hour to how many) on a day; those of its last half hour stay."""

    def at(each: int) -> datetime:
        return datetime.combine(day.on, time(each // 2, each % 2 * 30), zone)

    services = tuple(day.mean_s)
    for number in range(1, max(plan.values()) + 1):
        staffed = [each for each in plan if plan[each] >= number]
        runs = [
            [each for _, each in run]
            for _, run in groupby(enumerate(staffed), key=lambda one: one[1] - one[0])
        ]
        spans = [(at(run[0]), at(run[-1]) + HALF_HOUR) for run in runs]
        yield CounterPlan(
            CallingCounter(f"p{number}", frozenset(services)),
            services,
            opens_at=spans[0][0],
            closes_at=spans[-1][1],
            pauses=tuple(
                (left_at, int((back_at - left_at).total_seconds()))
                for (_, left_at), (back_at, _) in pairwise(spans)
            ),
            stays=max(plan) in staffed,
        )
