"""« What if »: the last days of a weekday played again with and without a change (docs/rules/estimates.md).

Both sides of a replication have the same arrivals and durations, so that a difference comes from the change;
other arrivals are a change themselves (`moved_arrivals.py`).
Arrivals, counters on duty and leavers are those of the days; durations are drawn again from the measured ones
of the service. Intervals come from whole days, drawn again with repetition.
"""

import random
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from math import ceil
from statistics import fmean, median_low
from typing import NamedTuple

from server.domain.calling.rules import RuleName
from server.domain.calling.waiting_legs import CallingCounter
from server.domain.hours.calendars import Span
from server.domain.instants import half_hour
from server.domain.quality.leg_records import LegRecord
from server.domain.refusals import Refusal
from server.domain.simulation.calibration import calibrated, habits_of, measured
from server.domain.simulation.days import CounterPlan, DrawnDay, DrawnVisitor
from server.domain.simulation.figures import RESAMPLES, Difference, difference
from server.domain.simulation.logs import LoggedDuty, Row, days_of_log
from server.domain.simulation.moved_arrivals import (
    AppointmentQuota,
    DemandWhileClosed,
    demand_while_open,
    with_appointments,
)
from server.domain.simulation.run import run_day

REPLICATIONS = 200
MOST_DAYS, FEWEST_DAYS = 8, 4
WIDER = {4: 1.87, 5: 1.58, 6: 1.44, 7: 1.35, 8: 1.29}
"""By the number of days: drawing so few of them again makes intervals too narrow by this factor, Student’s
quantile ÷ the normal one × √(n ÷ (n − 1)).
"""
SEED = 7
SHORTEST_BREAK_S = 1200
"""A shorter pause of a counter is no break that one moves."""


@dataclass(frozen=True, slots=True)
class OneCounterMore:
    """Another counter for some services, between two local hours. `demand`: None for no more visitors."""

    services: tuple[str, ...]
    starts: time
    ends: time
    demand: DemandWhileClosed | None = None


@dataclass(frozen=True, slots=True)
class BreakMoved:
    """The longest break of a counter begins at another local hour and lasts as long."""

    counter: str
    starts: time


@dataclass(frozen=True, slots=True)
class OtherServices:
    """A counter receives for other services, all day."""

    counter: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherRule:
    """Every counter calls by another rule."""

    rule: RuleName


type Change = OneCounterMore | BreakMoved | OtherServices | OtherRule | AppointmentQuota


@dataclass(frozen=True, slots=True)
class PastDays:
    """Days of one weekday of a hall as its log has them, and the rule by which its counters call now."""

    legs: tuple[LegRecord, ...]
    duties: tuple[LoggedDuty, ...]
    services: tuple[Row, ...]
    zone: tzinfo
    rule: RuleName
    priority_first: bool


@dataclass(frozen=True, slots=True)
class HalfHourWaits:
    """Who begins to wait in a half hour (0–47, local): how many on all days, and their median waits.

    `visits_after`, `after_s`: with the change. A median is None where nobody waits.
    """

    at: int
    visits: int
    visits_after: int
    before_s: int | None
    after_s: int | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a change makes of some days. Waits in seconds; `people`: more within the target, a day.

    `measured_s` and `played_s`: the median wait that was, and that of the days played without the change.
    `moved`: visitors who come at another hour with the change, or with it only.
    """

    days: tuple[date, ...]
    visits: int
    moved: int
    measured_s: int
    played_s: int
    median_s: Difference
    p90_s: Difference
    within: Difference
    people: Difference
    half_hours: tuple[HalfHourWaits, ...]


def what_if(past: PastDays, change: Change | None, *, replications: int = REPLICATIONS) -> WhatIf:
    """What the change makes of the days; None: nothing is changed.

    Refusals: few_days_played, counter_not_on_duty, no_break_moved where the counter has none in its hours,
    nobody_to_book where no walk-in takes an appointment.
    """
    days = played_days(past)
    changed = [with_change(day, change, past.zone) for day in days]
    _refuse_untouched(days, changed, change)
    rule = change.rule if isinstance(change, OtherRule) else past.rule
    each = max(1, replications // len(days))
    before, after = _Side(len(days), each), _Side(len(days), each)
    for place, day in enumerate(days):
        for visitors in drawn_again(days, place, each):
            drawn = replace(day, visitors=visitors)
            before.add(place, drawn, past.rule, past)
            after.add(place, with_change(drawn, change, past.zone), rule, past)
    was = sorted(wait.wait_s for wait in measured(days, past.legs))
    median_s, p90_s, within, people = _differences(before, after)
    return WhatIf(
        tuple(day.on for day in days),
        visits=sum(len(day.visitors) for day in days),
        moved=sum(len({*new.visitors} - {*day.visitors}) for day, new in zip(days, changed, strict=True)),
        measured_s=_quantile_s([was], [1], 0.5),
        played_s=_quantile_s(before.waits, [1] * len(days), 0.5),
        median_s=median_s,
        p90_s=p90_s,
        within=within,
        people=people,
        half_hours=tuple(_half_hours(before, after)),
    )


def _refuse_untouched(days: Sequence[DrawnDay], changed: Sequence[DrawnDay], change: Change | None) -> None:
    if isinstance(change, BreakMoved | OtherServices):
        if all(plan.counter.id != change.counter for day in days for plan in day.counters):
            raise Refusal("counter_not_on_duty")
        if isinstance(change, BreakMoved) and changed == days:
            raise Refusal("no_break_moved")
    if isinstance(change, AppointmentQuota) and changed == days:
        raise Refusal("nobody_to_book")


def played_days(past: PastDays) -> list[DrawnDay]:
    """The days with those habits of their agents that bring them nearest to the waits that were measured.

    Refusal: few_days_played.
    """
    days = days_of_log(past.legs, past.duties, past.services, one_agent=True)
    if len(days) < FEWEST_DAYS:
        raise Refusal("few_days_played", days=len(days), fewest=FEWEST_DAYS)
    waited_s = fmean(wait.wait_s for wait in measured(days, past.legs))

    def away_s(found: Sequence[DrawnDay]) -> float:
        runs = (run_day(day, past.rule, priority_first=past.priority_first) for day in found)
        return abs(waited_s - fmean(wait.wait_s for waits in runs for wait in waits))

    return min((found for _, found in calibrated(days, habits_of(past.legs, past.duties))), key=away_s)


def with_change(day: DrawnDay, change: Change | None, zone: tzinfo) -> DrawnDay:
    """A day with a change of its counters or arrivals; as it is where the change does not touch it."""

    def at(hour: time) -> datetime:
        return datetime.combine(day.on, hour, zone)

    match change:
        case OneCounterMore(services, starts, ends, demand):
            counter = CallingCounter("more", frozenset(services))
            more = CounterPlan(counter, services, at(starts), at(ends), stays=False)
            come = demand_while_open(day, demand, services, Span(starts, ends), zone) if demand else ()
            return replace(day, counters=(*day.counters, more), visitors=(*day.visitors, *come))
        case BreakMoved(counter, starts):
            plans = tuple(
                _moved(plan, at(starts)) if plan.counter.id == counter else plan for plan in day.counters
            )
            return replace(day, counters=plans)
        case OtherServices(counter, services):
            plans = tuple(
                replace(plan, counter=CallingCounter(counter, frozenset(services)), queues=services)
                if plan.counter.id == counter
                else plan
                for plan in day.counters
            )
            return replace(day, counters=plans)
        case AppointmentQuota():
            return replace(day, visitors=with_appointments(day, change, zone))
        case _:
            return day


def _moved(plan: CounterPlan, starts_at: datetime) -> CounterPlan:
    longest = max(plan.pauses, key=lambda pause: pause[1], default=None)
    is_in_hours = plan.opens_at < starts_at < plan.closes_at
    if longest is None or longest[1] < SHORTEST_BREAK_S or not is_in_hours:
        return plan
    others = (pause for pause in plan.pauses if pause is not longest)
    return replace(plan, pauses=tuple(sorted([*others, (starts_at, longest[1])])))


def drawn_again(days: Sequence[DrawnDay], place: int, count: int) -> Iterator[tuple[DrawnVisitor, ...]]:
    """The visitors of a day, so many times, with durations and absences drawn from those of every day."""
    taken: dict[str, list[tuple[int, bool]]] = {}
    for day in days:
        for one in day.visitors:
            taken.setdefault(one.leg.service, []).append((one.takes_s, one.is_absent))
    for number in range(count):
        chance = random.Random(f"{SEED} {place} {number}")
        drawn = [chance.choice(taken[one.leg.service]) for one in days[place].visitors]
        yield tuple(
            replace(one, takes_s=takes_s, is_absent=is_absent)
            for one, (takes_s, is_absent) in zip(days[place].visitors, drawn, strict=True)
        )


class _Measures(NamedTuple):
    """Waits in seconds, the share within the target (0 to 1), people within it a day."""

    median_s: float
    p90_s: float
    within: float
    people: float


class _Side:
    """The waits of the days with the change, or without it: by day, and by half hour of their beginning."""

    def __init__(self, days: int, each: int) -> None:
        self.each = each
        self.waits: list[list[int]] = [[] for _ in range(days)]
        self.within = [0] * days
        self.by_half_hour: dict[int, list[int]] = {}

    def add(self, place: int, day: DrawnDay, rule: RuleName, past: PastDays) -> None:
        """Plays a replication of a day."""
        for visitor, wait in zip(
            day.visitors, run_day(day, rule, priority_first=past.priority_first), strict=True
        ):
            insort(self.waits[place], wait.wait_s)
            self.within[place] += wait.is_within
            at = half_hour(visitor.leg.reference, past.zone)
            self.by_half_hour.setdefault(at, []).append(wait.wait_s)

    def measures(self, times: Sequence[int]) -> _Measures:
        """The measures when each day counts `times` times."""
        tickets = sum(n * len(each) for n, each in zip(times, self.waits, strict=True))
        within = sum(map(int.__mul__, times, self.within))
        median_s, p90_s = (_quantile_s(self.waits, times, share) for share in (0.5, 0.9))
        return _Measures(median_s, p90_s, within / tickets, within / self.each / sum(times))


def _differences(before: _Side, after: _Side) -> Iterator[Difference]:
    """The difference of each measure, in their order, with its interval."""
    chance, count = random.Random(SEED), len(before.waits)
    drawn = [[1] * count]
    for _ in range(RESAMPLES):
        times = Counter(chance.choices(range(count), k=count))
        drawn.append([times[place] for place in range(count)])
    sides = [(before.measures(times), after.measures(times)) for times in drawn]
    for place in range(len(_Measures._fields)):
        found = difference([after[place] - before[place] for before, after in sides])
        below, above = (WIDER[count] * (end - found.value) for end in (found.low, found.high))
        yield Difference(found.value, found.value + below, found.value + above)


def _half_hours(before: _Side, after: _Side) -> Iterator[HalfHourWaits]:
    for at in sorted(before.by_half_hour | after.by_half_hour):
        sides = [side.by_half_hour.get(at, []) for side in (before, after)]
        visits = [round(len(waits) / before.each) for waits in sides]
        yield HalfHourWaits(at, *visits, *(round(median_low(waits)) if waits else None for waits in sides))


def _quantile_s(waits: Sequence[Sequence[int]], times: Sequence[int], share: float) -> int:
    """The nearest-rank quantile of sorted waits, those of each day counted so many times."""
    counted = [(each, n) for each, n in zip(waits, times, strict=True) if each and n]
    rank = ceil(share * sum(n * len(each) for each, n in counted))
    low, high = 0, max(each[-1] for each, _ in counted)
    while low < high:
        middle = (low + high) // 2
        if sum(n * bisect_right(each, middle) for each, n in counted) >= rank:
            high = middle
        else:
            low = middle + 1
    return low
