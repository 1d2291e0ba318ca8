"""Parts x and y: how good the announced waits are, on drawn halls; what playing days again costs.

Part x: small, busy and large halls.

The hall learns on days of one seed and is judged on days of another. A leg counts where its visitor had to
wait: its range, against the wait until the call. Who left after the announced end counts as above it; who
left before that is not judged. Times in minutes.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from pathlib import Path
from statistics import fmean
from time import perf_counter

from server.apart import IsolatedWorker
from server.domain.calling.rules import RuleName
from server.domain.calling.waiting_legs import APPOINTMENT
from server.domain.simulation.announced_waits import LearntWaits
from server.domain.simulation.counters_plan import fewest_counters
from server.domain.simulation.days import HALLS, SimulatedHall, draw_day
from server.domain.simulation.run import SimulatedWait, run_day
from server.domain.simulation.what_if import REPLICATIONS, OneCounterMore, what_if
from server.domain.waits.estimate import WaitRange
from tests.bench.sides import Result
from tests.server.domain.simulation.test_what_if import past as past_of

SMALL, BUSY = HALLS
LARGE = replace(
    SMALL,
    name="hall_800",
    tickets_a_day=800,
    counters=tuple(itertools.islice(itertools.cycle(SMALL.counters), 30)),
    break_starts_s=tuple(itertools.islice(itertools.cycle(SMALL.break_starts_s), 30)),
)
BANDS_MIN = (10, 20, 40)
"""The lengths of announcements, by their median."""
MISSED = 2 / 0.2
"""What each minute outside a range that should hold 80 % costs in the interval score."""


@dataclass(frozen=True, slots=True)
class WaitGrades:
    """The grades of announced ranges: shares 0 to 1, the rest in minutes. `untold`: of those who waited."""

    judged: int
    mae: float
    inside: float
    above: float
    width: float
    score: float
    untold: float


def measure_waits(
    hall: SimulatedHall, *, learnt: int, judged: int, seed: int = 1, rule: RuleName = RuleName.GCMU_SAFE
) -> dict[str, WaitGrades]:
    """The grades of all, of each class and of each length of the announcement."""
    waits = list(_judged(hall, learnt, judged, seed, rule))
    found = {"all": grades(waits)}
    for name in sorted({one.leg_class for one in waits}):
        found[name] = grades([one for one in waits if one.leg_class == name])
    for low, high in itertools.pairwise((0, *BANDS_MIN, 1_000)):
        of_band = [one for one in waits if _is_between(one, low, high)]
        found[f"{low}–{high} min" if high < 1_000 else f"{low} min and more"] = grades(of_band)
    return {name: each for name, each in found.items() if each.judged}


def _is_between(one: SimulatedWait, low: float, high: float) -> bool:
    return isinstance(one.announced, WaitRange) and low <= one.announced.median_s / 60 < high


def _judged(
    hall: SimulatedHall, learnt: int, judged: int, seed: int, rule: RuleName
) -> Iterable[SimulatedWait]:
    memory = LearntWaits()
    for number in range(learnt + judged):
        day = draw_day(hall, number, seed=seed if number < learnt else seed + 1)
        waits = run_day(day, rule, priority_first=False, announces=True, learnt=memory)
        if number >= learnt:
            yield from waits


def grades(waits: Sequence[SimulatedWait]) -> WaitGrades:
    """The grades of these waits; those who did not have to wait are left out, and booked hours."""
    ranges = [(one.announced, one.wait_s / 60, one.is_called) for one in waits if _has_range(one)]
    untold = sum(one.announced is None and one.leg_class != APPOINTMENT and one.wait_s > 0 for one in waits)
    told: list[tuple[float, float, float, float]] = []
    errors = []
    for found, wait, is_called in ranges:
        assert isinstance(found, WaitRange)
        low, high = found.low_s / 60, found.high_s / 60
        if is_called:
            errors.append(abs(wait - found.median_s / 60))
        if is_called or wait > high:
            told.append((low, high, wait, high - low + MISSED * (max(0, low - wait) + max(0, wait - high))))
    if not told:
        return WaitGrades(0, 0, 0, 0, 0, 0, 0)
    return WaitGrades(
        judged=len(told),
        mae=fmean(errors),
        inside=fmean(low <= wait <= high for low, high, wait, _ in told),
        above=fmean(wait > high for _, high, wait, _ in told),
        width=fmean(high - low for low, high, *_ in told),
        score=fmean(score for *_, score in told),
        untold=untold / (untold + len(ranges)),
    )


def _has_range(one: SimulatedWait) -> bool:
    return isinstance(one.announced, WaitRange) and not one.announced.is_none_needed


def announced_waits(days: float) -> Iterator[Result]:
    """The grades of each hall against their bounds; `days`: the share of the days that is drawn."""
    for hall, learnt, judged, most_mae in ((SMALL, 60, 100, 8.8), (BUSY, 60, 100, 11), (LARGE, 60, 100, 5.5)):
        found = measure_waits(hall, learnt=round(learnt * days), judged=round(judged * days))
        name = f"(x) {hall.name}"
        every = found.pop("all")
        more = {"width_min": every.width, "interval_score": every.score, "judged": every.judged}
        yield Result(f"{name}, error", "min", every.mae, most_mae, at_most=1, more=more)
        yield Result(f"{name}, told nothing", "%", 100 * every.untold, 3, at_most=1)
        for what, one in {"": every, **found}.items():
            of = f"{name}, {what}" if what else name
            more = {"mae_min": one.mae, "width_min": one.width, "interval_score": one.score}
            more |= {"judged": one.judged}
            yield Result(f"{of}, inside", "%", 100 * one.inside, 77, at_least=1, more=more)
            yield Result(f"{of}, inside, at most", "%", 100 * one.inside, 83, at_most=1)
            yield Result(f"{of}, above", "%", 100 * one.above, 12, at_most=1)


def played_again(days: float) -> Iterator[Result]:
    """What a « what if » and the plan of a week cost in a process apart; `days`: the share that is played."""
    past = past_of([draw_day(BUSY, number, seed=3) for number in range(8)])
    more = OneCounterMore(BUSY.counters[0], time(9), time(12))
    worker = IsolatedWorker()
    try:
        began = perf_counter()
        worker.call(partial(what_if, replications=round(REPLICATIONS * days)), past, more)
        yield Result("(y) what if", "s", perf_counter() - began, max(2.0, 5 * days), at_most=1)
        began = perf_counter()
        for _ in range(max(1, round(5 * days))):
            worker.call(fewest_counters, past, 0.8, 8)
        yield Result("(y) counters of a week", "s", perf_counter() - began, max(12.0, 60 * days), at_most=1)
        told = worker.call(Path.read_text, Path("/proc/self/status"))
        [most_kb] = re.findall(r"VmHWM:\s+(\d+) kB", told)
        yield Result("(y) memory", "MB", int(most_kb) / 1024, 300, at_most=1)
    finally:
        worker.close()
