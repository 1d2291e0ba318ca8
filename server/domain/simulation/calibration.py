"""How the agents of a log work, so that its days replayed under its own rule give the waits it measured.

A replay calls as soon as a counter is free. Three habits keep real agents from that: the time they take
before a call though somebody waits, absences while on duty, and visitors called out of turn.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from statistics import fmean

from server.domain.quality.leg_records import LegRecord, elapsed_s
from server.domain.simulation.days import CounterPlan, DrawnDay
from server.domain.simulation.logs import LoggedDuty
from server.domain.simulation.run import SimulatedWait
from server.domain.waits.hall_snapshot import LONGEST_TURNAROUND_S


@dataclass(frozen=True, slots=True)
class LoggedAbsence:
    """A counter on duty called nobody for so long (seconds) though somebody waited."""

    hall: str
    counter: str
    begins_at: datetime
    lasts_s: int


@dataclass(frozen=True, slots=True)
class Habits:
    """Mean seconds before a call though somebody waits, absences, and the share of calls out of turn."""

    turnaround_s: int = 0
    absences: tuple[LoggedAbsence, ...] = ()
    by_hand: float = 0.0


def measured(days: Iterable[DrawnDay], legs: Iterable[LegRecord]) -> list[SimulatedWait]:
    """The waits that the log itself measured, of the visitors of its days."""
    by_id = {(leg.hall, leg.leg): leg for leg in legs}
    found = []
    for day in days:
        for visitor in day.visitors:
            leg = by_id[day.hall, visitor.leg.id]
            until = leg.first_called_at or leg.ended_at or visitor.leg.reference
            found.append(
                SimulatedWait(
                    day.number,
                    leg.service,
                    leg.leg_class,
                    elapsed_s(visitor.leg.reference, until),
                    visitor.leg.target_s,
                    leg.first_called_at is not None,
                )
            )
    return found


def habits_of(legs: Iterable[LegRecord], duties: Iterable[LoggedDuty]) -> Habits:
    """What a log tells of its agents. Where it names no counter, the able one free for longest called."""
    called = sorted(
        (leg for leg in legs if leg.first_called_at is not None),
        key=lambda leg: (leg.hall, leg.first_called_at, leg.leg),
    )
    by_hall: dict[str, list[LoggedDuty]] = {}
    for duty in sorted(duties, key=attrgetter("opened_at")):
        by_hall.setdefault(duty.hall, []).append(duty)
    turnarounds: list[float] = []
    absences: list[LoggedAbsence] = []
    for hall, inside in groupby(called, key=attrgetter("hall")):
        for counter, able_at, delay_s in _delays(list(inside), by_hall.get(hall, [])):
            if delay_s <= LONGEST_TURNAROUND_S:
                turnarounds.append(delay_s)
            else:
                absences.append(LoggedAbsence(hall, counter, able_at, int(delay_s)))
    mean_s = round(fmean(turnarounds)) if turnarounds else 0
    return Habits(mean_s, tuple(absences), _out_of_turn(called))


def _delays(
    called: Sequence[LegRecord], duties: Sequence[LoggedDuty]
) -> Iterator[tuple[str, datetime, float]]:
    """For each call, the counter, since when it could have called, and the seconds that passed."""
    free_at: dict[str, datetime] = {}
    opened = [duty.opened_at for duty in duties]
    for leg in called:
        now = leg.first_called_at
        assert now is not None
        there = {
            duty.counter: duty.opened_at
            for duty in duties[max(0, bisect_right(opened, now) - MOST_DUTIES) : bisect_right(opened, now)]
            if leg.service in duty.services and (duty.closed_at is None or duty.closed_at >= now)
        }
        since = {
            counter: max(opened_at, free_at.get(counter, opened_at))
            for counter, opened_at in there.items()
            if not leg.counter or counter == leg.counter
        }
        free = {counter: at for counter, at in since.items() if at <= now}
        if not free:
            continue
        counter = min(free, key=lambda each: (free[each], each))
        free_at[counter] = leg.ended_at or now
        able_at = max(free[counter], leg.reference_at)
        if able_at <= now:
            yield counter, able_at, (now - able_at).total_seconds()


JUST_BEFORE = timedelta(seconds=1)
"""A pause begins before the call that it keeps from being made."""
MOST_DUTIES = 400
"""No more intervals before a call are searched for one that still runs."""


def _out_of_turn(called: Iterable[LegRecord]) -> float:
    """The share of calls that passed somebody of the same service and class who waited longer."""
    wrong = count = 0
    by_lane = attrgetter("hall", "service", "leg_class", "business_day")
    for _, inside in groupby(sorted(called, key=by_lane), key=by_lane):
        latest: datetime | None = None
        for leg in sorted(inside, key=lambda each: (each.reference_at, each.issued_at)):
            at = leg.first_called_at
            assert at is not None
            count += 1
            wrong += latest is not None and latest > at
            latest = at if latest is None else max(latest, at)
    return wrong / count if count else 0.0


def calibrated(days: Sequence[DrawnDay], habits: Habits) -> Iterator[tuple[str, list[DrawnDay]]]:
    """The days `as_is`, then with one habit more each time: `turnaround`, `absences`, `by_hand`."""
    found = list(days)
    yield "as_is", found
    took_s = habits.turnaround_s
    found = [replace(day, wrap_up_s=day.wrap_up_s + took_s, reacts_s=took_s) for day in found]
    yield "turnaround", found
    found = [
        replace(day, counters=tuple(_with_absences(day.hall, plan, habits.absences) for plan in day.counters))
        for day in found
    ]
    yield "absences", found
    yield "by_hand", [replace(day, by_hand=habits.by_hand) for day in found]


def _with_absences(hall: str, plan: CounterPlan, absences: Iterable[LoggedAbsence]) -> CounterPlan:
    own = [
        (each.begins_at - JUST_BEFORE, each.lasts_s)
        for each in absences
        if (each.hall, each.counter) == (hall, plan.counter.id)
        and plan.opens_at <= each.begins_at < plan.closes_at
    ]
    return replace(plan, pauses=tuple(sorted((*plan.pauses, *own)))) if own else plan
