"""Figures of simulated days, and how sure a difference between two rules is.

Every ticket counts: a visitor who left before the call has the wait until then, never within the target. A
group is a service and a class with at least 40 tickets; its P95 is by nearest rank. Differences are paired:
both rules met the same days, and whole days are drawn again with repetition to see how much a difference
depends on them.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from operator import attrgetter
from statistics import fmean

from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, WALK_IN
from server.domain.simulation.run import SimulatedWait
from server.domain.waits.estimate import WaitRange

SMALLEST_GROUP = 40
RESAMPLES = 1000
INTERVAL = 0.95
CLASSES = (WALK_IN, APPOINTMENT, PRIORITY)

type Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """What a rule made of one class: shares within target and left uncalled 0 to 1, waits in seconds."""

    tickets: int
    within: float
    mean_s: float
    left: float
    p95_s: int
    max_s: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a rule made of the days: shares 0 to 1, waits in whole seconds.

    `worst_p95_s` None: no group is large enough. `day_max_s`: the longest wait of a day, its mean over days.
    """

    tickets: int
    within: float
    by_class: Mapping[str, ClassFigures]
    mean_s: float
    left: float
    worst_group: Group | None
    worst_p95_s: int | None
    max_s: int
    day_max_s: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure minus that of the rule compared with, and its paired 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Differences of a rule: share within target (0 to 1), worst P95 and longest wait of a day (seconds)."""

    within: Difference
    worst_p95_s: Difference | None
    day_max_s: Difference


class WaitsByRule:
    """The waits of several rules on the same days, by any key; tickets and days must be the same."""

    def __init__(self, waits: Mapping[str, Sequence[SimulatedWait]]) -> None:
        self.days = sorted({wait.day for each in waits.values() for wait in each})
        self.sheets = {name: _Sheet(each, self.days) for name, each in waits.items()}

    def figures(self, name: str) -> Figures:
        """The figures of one of the rules."""
        return self.sheets[name].figures()

    def compared(self, *, to: str, resamples: int = RESAMPLES, seed: int = 1) -> dict[str, Compared]:
        """Every rule against one of them, each on the same resampled days."""
        chance, count = random.Random(seed), len(self.days)
        own = self._measures([1] * count)
        drawn = []
        for _ in range(resamples):
            times = Counter(chance.choices(range(count), k=count))
            drawn.append(self._measures([times[day] for day in range(count)]))
        return {name: _compared(name, to, own, drawn) for name in self.sheets}

    def _measures(self, times: Sequence[int]) -> dict[str, "_Measures"]:
        return {name: sheet.measures(times) for name, sheet in self.sheets.items()}


type _Measures = tuple[float, int | None, float]
"""Share within target, worst P95, longest wait of a day."""


class _Sheet:
    """The waits of one rule, counted by day and group once, so that days can be weighted again and again."""

    def __init__(self, waits: Sequence[SimulatedWait], days: Sequence[int]) -> None:
        place = {day: at for at, day in enumerate(days)}
        self.waits = waits
        self.tickets, self.within, self.longest = [0] * len(days), [0] * len(days), [0] * len(days)
        for wait in waits:
            at = place[wait.day]
            self.tickets[at] += 1
            self.within[at] += wait.is_within
            self.longest[at] = max(self.longest[at], wait.wait_s)
        by_group = attrgetter("service", "leg_class")
        self.groups: dict[Group, tuple[list[int], list[tuple[int, int]]]] = {}
        for group, inside in groupby(sorted(waits, key=by_group), by_group):
            longest_first = sorted(((one.wait_s, place[one.day]) for one in inside), reverse=True)
            if len(longest_first) >= SMALLEST_GROUP:
                by_day = Counter(at for _, at in longest_first)
                self.groups[group] = ([by_day[at] for at in range(len(days))], longest_first)

    def measures(self, times: Sequence[int]) -> _Measures:
        """The measures when each day counts `times` times."""
        tickets = sum(map(int.__mul__, times, self.tickets))
        within = sum(map(int.__mul__, times, self.within)) / max(1, tickets)
        p95s = [_p95(times, by_day, waits) for by_day, waits in self.groups.values()]
        longest = sum(map(int.__mul__, times, self.longest)) / max(1, sum(times))
        return within, max(p95s, default=None), longest

    def figures(self) -> Figures:
        """The figures of all days."""
        once = [1] * len(self.tickets)
        within, worst_p95_s, day_max_s = self.measures(once)
        worst = {_p95(once, *sheet): group for group, sheet in self.groups.items()}
        return Figures(
            tickets=len(self.waits),
            within=within,
            by_class=_by_class(self.waits),
            mean_s=fmean(one.wait_s for one in self.waits) if self.waits else 0.0,
            left=fmean(not one.is_called for one in self.waits) if self.waits else 0.0,
            worst_group=None if worst_p95_s is None else worst[worst_p95_s],
            worst_p95_s=worst_p95_s,
            max_s=max((one.wait_s for one in self.waits), default=0),
            day_max_s=day_max_s,
        )


def _by_class(waits: Sequence[SimulatedWait]) -> dict[str, ClassFigures]:
    found = {}
    for name in CLASSES:
        ones = [one for one in waits if one.leg_class == name]
        if ones:
            waited = sorted(one.wait_s for one in ones)
            p95_s = waited[ceil(0.95 * len(waited)) - 1]
            found[name] = ClassFigures(
                tickets=len(ones),
                within=fmean(one.is_within for one in ones),
                mean_s=fmean(waited),
                left=fmean(not one.is_called for one in ones),
                p95_s=p95_s,
                max_s=waited[-1],
            )
    return found


def _p95(times: Sequence[int], by_day: Sequence[int], longest_first: Sequence[tuple[int, int]]) -> int:
    """The nearest-rank P95 of a group, read from its longest waits down."""
    total = sum(map(int.__mul__, times, by_day))
    beyond = total - ceil(0.95 * total)
    for wait_s, day in longest_first:
        beyond -= times[day]
        if beyond < 0:
            return wait_s
    return 0


def _compared(
    name: str, to: str, own: Mapping[str, _Measures], drawn: Sequence[Mapping[str, _Measures]]
) -> Compared:
    within, worst, longest = (
        _difference([one[name][at] for one in (own, *drawn)], [one[to][at] for one in (own, *drawn)])
        for at in range(3)
    )
    assert within is not None
    assert longest is not None
    return Compared(within, worst, longest)


def _difference(mine: Sequence[float | None], others: Sequence[float | None]) -> Difference | None:
    """The first pair's difference, with the middle 95 % of the rest."""
    found = [
        one - other for one, other in zip(mine, others, strict=True) if one is not None and other is not None
    ]
    return difference(found) if len(found) == len(mine) else None


def difference(found: Sequence[float]) -> Difference:
    """The first of these, with the middle 95 % of the rest."""
    value, *drawn = found
    drawn.sort()
    aside = int((1 - INTERVAL) / 2 * len(drawn))
    return Difference(value, drawn[aside], drawn[-1 - aside]) if drawn else Difference(value, value, value)


@dataclass(frozen=True, slots=True)
class EstimateAccuracy:
    """How announced waits came true: `inside` and `above` are shares (0 to 1), `width_s` the mean range.

    `announced`: visitors called who had a range, without « pas d’attente »; `unannounced`: those without.
    """

    announced: int
    unannounced: int
    inside: float
    above: float
    width_s: float


def honesty(waits: Iterable[SimulatedWait]) -> EstimateAccuracy:
    """What became of the ranges announced to walk-ins and to priority holders."""
    called = [wait for wait in waits if wait.is_called and wait.leg_class != APPOINTMENT]
    given = [(wait.wait_s, wait.announced) for wait in called if isinstance(wait.announced, WaitRange)]
    announced = [(wait_s, found) for wait_s, found in given if not found.is_none_needed]
    inside = sum(found.low_s <= wait_s <= found.high_s for wait_s, found in announced)
    above = sum(wait_s > found.high_s for wait_s, found in announced)
    width_s = sum(found.high_s - found.low_s for _, found in announced)
    n = max(1, len(announced))
    return EstimateAccuracy(len(announced), len(called) - len(given), inside / n, above / n, width_s / n)
