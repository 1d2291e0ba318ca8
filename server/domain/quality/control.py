"""Control charts: which points of a series leave its usual variation. Pure.

XmR for medians, means and counts per open day: the chart of individual values (Wheeler, Understanding
Variation, 1993). Laney’s p′ for shares: Improved Control Charts for Attributes, Quality Engineering 14, 2002.
Rules in prose: docs/rules/indicators.md, « The pages ».
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

FEWEST_POINTS = 8
"""A chart with fewer judged points has no limits."""
RUN = 8
"""So many judged points in a row on one side of the centre are a signal."""
MEAN_RANGE = 1.128
"""The mean of the range of two values of a normal distribution, in standard deviations (d₂)."""
WIDTH = 3 / MEAN_RANGE
"""Limits lie so many mean moving ranges from the centre: 2.66."""
ROUNDING = 1e-9
"""A value that differs from a limit only by this much lies on it."""

type Reading = Literal["usual", "outside", "run", "not_judged"]
SIGNALS: tuple[Reading, ...] = ("outside", "run")


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a series (None: nobody was counted) and its sample; a share is in percent.

    `is_judged`: it counts for the limits and is read against them; a partial period is not.
    """

    value: float | None
    n: int
    is_judged: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """A point as its chart reads it; limits are None where it is not judged or the chart has none."""

    point: Point
    reading: Reading = "not_judged"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """The points in order; `centre` is None without limits. `judged`: how many points made them."""

    reads: Sequence[Read]
    judged: int
    centre: float | None = None

    @property
    def last(self) -> Read | None:
        """The last judged point."""
        return next((read for read in reversed(self.reads) if read.low is not None), None)

    def runs(self) -> list[tuple[int, int]]:
        """The first and last place of each long run on one side of the centre."""
        return [] if self.centre is None else _runs([read.point for read in self.reads], self.centre)


def xmr(points: Sequence[Point]) -> Chart:
    """The chart of individual values and moving ranges; limits never lie below zero."""
    values = [value for _, value in _judged(points)]
    if len(values) < FEWEST_POINTS:
        return _without_limits(points)
    centre = math.fsum(values) / len(values)
    width = WIDTH * _mean_range(values)
    return _read(points, centre, lambda _: width)


def p_prime(points: Sequence[Point]) -> Chart:
    """Laney’s chart of shares in percent: limits are wider where few were counted, never outside 0 to 100.

    The spread of a binomial share is multiplied by how much the points really vary: persons who wait on one
    day wait alike.
    """
    judged = _judged(points)
    if len(judged) < FEWEST_POINTS:
        return _without_limits(points)
    centre = math.fsum(value * point.n for point, value in judged) / sum(point.n for point, _ in judged)

    def spread(point: Point) -> float:
        return math.sqrt(centre * max(0, 100 - centre) / point.n)

    scores = [(value - centre) / (spread(point) or 1) for point, value in judged]
    times = _mean_range(scores) / MEAN_RANGE
    return _read(points, centre, lambda point: 3 * times * spread(point), most=100)


def _judged(points: Sequence[Point]) -> list[tuple[Point, float]]:
    return [(each, each.value) for each in points if each.is_judged and each.value is not None]


def _mean_range(values: Sequence[float]) -> float:
    return math.fsum(abs(second - first) for first, second in pairwise(values)) / (len(values) - 1)


def _without_limits(points: Sequence[Point]) -> Chart:
    return Chart([Read(point) for point in points], len(_judged(points)))


def _read(
    points: Sequence[Point], centre: float, width: Callable[[Point], float], *, most: float = math.inf
) -> Chart:
    in_runs = {at for first, last in _runs(points, centre) for at in range(first, last + 1)}
    reads = []
    for at, point in enumerate(points):
        if not point.is_judged or point.value is None:
            reads.append(Read(point))
            continue
        low, high = max(0.0, centre - width(point)), min(most, centre + width(point))
        is_outside = not low - ROUNDING <= point.value <= high + ROUNDING
        reading: Reading = "outside" if is_outside else "run" if at in in_runs else "usual"
        reads.append(Read(point, reading, low, high))
    return Chart(reads, len(_judged(points)), centre)


def _runs(points: Sequence[Point], centre: float) -> list[tuple[int, int]]:
    """Places of long runs; points that are not judged are passed over, one on the centre ends a run."""

    def side(value: float) -> int:
        return 0 if abs(value - centre) <= ROUNDING else 1 if value > centre else -1

    judged = [(at, each.value) for at, each in enumerate(points) if each.is_judged and each.value is not None]
    found = []
    for on, group in groupby(judged, key=lambda each: side(each[1])):
        places = [at for at, _ in group]
        if on and len(places) >= RUN:
            found.append((places[0], places[-1]))
    return found
