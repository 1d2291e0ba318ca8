"""How far chance moves a figure: its interval, the change between two periods, the verdict on a target.

Pure and closed: the same days give the same limits everywhere, with nothing to draw and nothing to seed. The
sample is the business day, not the visit: one bad morning makes many bad waits together. Rules in prose and
sources: `docs/rules/indicators.md`, « Doubt ».
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from server.domain.quality.figures import Counted, Ranked
from server.domain.quality.indicators import Indicator
from server.domain.quality.rollup import Rollup, Tally, quantile, sum_of

FEWEST_DAYS = 8
"""Below this many days nobody can tell how days differ: there is no interval."""
FALSE_DISCOVERIES = 0.10
"""Of the changes said among many that are shown together, at most this part is noise, on average."""
_OUTSIDE = 0.05
"""How often an interval misses the long-run value."""
_WEIGHT_OF_GUESS = 2
"""The guessed design effect weighs as much as this many events (`_design_effect`)."""


class Interval(NamedTuple):
    """Limits at 95 %, in the indicator's unit; those of a number are per open day."""

    low: float
    high: float
    n_days: int


type Direction = Literal["up", "down", "unclear", "few_days"]
"""`unclear`: chance alone may make such a difference. `few_days`: a period has too few days to tell."""


class Change(NamedTuple):
    """The later period minus the earlier one; numbers are per open day.

    `difference`: None where a period has no value. `low`, `high`, `p`: None without an interval. `n_days`:
    those of the smaller of the two periods.
    """

    difference: float | None
    low: float | None
    high: float | None
    n_days: int
    p: float | None
    direction: Direction


type Verdict = Literal["met", "missed", "cannot_say"]


@dataclass(frozen=True, slots=True)
class Days:
    """Days with their totals: counted once, for the intervals of many indicators."""

    counted: tuple[tuple[Rollup, Tally], ...]
    weekdays: tuple[int, ...] | None
    """Monday 0; None where a day does not tell it."""


def days_of(rollups: Iterable[Rollup]) -> Days:
    """These days, to be given to several functions of this module.

    Each is an open day of the hall. A day without anything of a selection (a service nobody came for) is an
    empty rollup: it counts as zero in numbers per day, and is left out of shares and waits.
    """
    condensed = [(rollup.condensed(), _weekday(rollup)) for rollup in rollups]
    weekdays = tuple(weekday for _, weekday in condensed)
    return Days(
        tuple((rollup, rollup.total()) for rollup, _ in condensed), None if -1 in weekdays else weekdays
    )


def open_days(rollups: Iterable[Rollup]) -> list[Rollup]:
    """Those of some days of a hall that had a visit: the days that numbers are divided by."""
    return [rollup for rollup in rollups if any(tally.visits for tally in rollup.cells.values())]


def _weekday(rollup: Rollup) -> int:
    return next((key.weekday for key in rollup.cells), -1)


def interval_of(indicator: Indicator, days: Sequence[Rollup] | Days) -> Interval | None:
    """The interval of an indicator over some days; None under eight days, and where it has none."""
    estimate = _estimate(indicator, days)
    return estimate.interval if estimate else None


def change_of(
    indicator: Indicator, before: Sequence[Rollup] | Days, after: Sequence[Rollup] | Days
) -> Change:
    """What changed from some days to others, with the limits of the difference (MOVER: Zou and Donner)."""
    first, last = _estimate(indicator, before), _estimate(indicator, after)
    n_days = min(first.n_days, last.n_days)
    if first.value is None or last.value is None:
        return Change(None, None, None, n_days, None, "few_days")
    difference = last.value - first.value
    if first.interval is None or last.interval is None:
        is_short = n_days < FEWEST_DAYS
        return Change(difference, None, None, n_days, None, "few_days" if is_short else "unclear")
    low = difference - math.hypot(last.value - last.interval.low, first.interval.high - first.value)
    high = difference + math.hypot(last.interval.high - last.value, first.value - first.interval.low)
    p = _p_of(difference, difference - low if difference > 0 else high - difference, min(first.df, last.df))
    direction: Direction = "up" if low > 0 else "down" if high < 0 else "unclear"
    return Change(difference, low, high, n_days, p, direction)


def _p_of(difference: float, half: float, df: int) -> float:
    """The p-value of a difference: below 5 % exactly where it is larger than `half` of its interval."""
    if not half:
        return 1.0 if not difference else 0.0
    return two_sided_p(abs(difference) / half * t_quantile(df), df)


def held(changes: Sequence[Change], rate: float = FALSE_DISCOVERIES) -> list[Change]:
    """Changes that are shown together: those that do not stand are `unclear` (Benjamini and Hochberg)."""
    tried = sorted(change.p for change in changes if change.p is not None)
    standing = [p for rank, p in enumerate(tried, start=1) if p <= rate * rank / len(tried)]
    largest = max(standing, default=-1.0)
    return [
        change._replace(direction="unclear") if change.p is not None and change.p > largest else change
        for change in changes
    ]


def verdict_of(interval: Interval | None, value: float | None, target: float) -> Verdict | None:
    """Whether at least `target` was reached; None where nothing is measured.

    `cannot_say` where the target lies in the interval, or where there is none.
    """
    if value is None:
        return None
    if interval is None or interval.low < target <= interval.high:
        return "cannot_say"
    return "met" if interval.low >= target else "missed"


class _Estimate(NamedTuple):
    """A value over some days, with its interval and the degrees of freedom of that."""

    value: float | None
    n_days: int
    df: int = 0
    interval: Interval | None = None


def _estimate(indicator: Indicator, rollups: Sequence[Rollup] | Days) -> _Estimate:
    days = rollups if isinstance(rollups, Days) else days_of(rollups)
    measure = indicator.measure
    if measure.sampled is None:
        return _without_interval(indicator, days)
    counted = [measure.counted(*day) for day in days.counted]
    if measure.sampled == "number":
        return _number([each.n for each in counted], days.weekdays)
    kept = [place for place, each in enumerate(counted) if each.n]
    if not kept:
        return _Estimate(None, 0)
    weekdays = [days.weekdays[place] for place in kept] if days.weekdays else None
    if isinstance(measure.sampled, Ranked):
        durations = [measure.sampled.durations(*days.counted[place]) for place in kept]
        return _quantile(measure.sampled.part, durations, weekdays)
    found = [counted[place] for place in kept]
    return _share(found, weekdays) if measure.sampled == "share" else _mean(found, weekdays)


def _without_interval(indicator: Indicator, days: Days) -> _Estimate:
    whole = sum_of(rollup for rollup, _ in days.counted)
    value = indicator.measure.counted(whole, whole.total()).value
    n_days = len(days.counted)
    if value is not None and indicator.is_number:
        value = value / n_days if n_days else None
    return _Estimate(value, n_days)


type _Weekdays = Sequence[int] | None


def _number(counts: list[int], weekdays: _Weekdays) -> _Estimate:
    """The mean number per day; days never vary less than with independent visitors (Poisson's score)."""
    n_days = len(counts)
    if not n_days:
        return _Estimate(None, 0)
    per_day = sum(counts) / n_days
    if n_days < FEWEST_DAYS:
        return _Estimate(per_day, n_days)
    variance, df = _spread([float(count) for count in counts], weekdays)
    dispersion = max(1.0, variance / sum(counts)) if per_day else 1.0
    width = t_quantile(df) ** 2 * dispersion / n_days
    half = math.sqrt(width * per_day + width**2 / 4)
    low, high = (per_day + width / 2 + sign * half for sign in (-1, 1))
    return _Estimate(per_day, n_days, df, Interval(max(0.0, low), high, n_days))


def _share(days: list[Counted], weekdays: _Weekdays) -> _Estimate:
    """A part of a number, with Kish's design effect in Wilson's interval."""
    parts = [each.part or 0 for each in days]
    sizes = [each.n for each in days]
    share, n_days = sum(parts) / sum(sizes), len(days)
    if n_days < FEWEST_DAYS:
        return _Estimate(100 * share, n_days)
    effect, df = _design_effect(parts, sizes, weekdays)
    low, high = _limits_of_share(share, sum(sizes) / effect, df)
    interval = Interval(min(100 * low, 100 * share), max(100 * high, 100 * share), n_days)
    return _Estimate(100 * share, n_days, df, interval)


def _quantile(part: float, days: list[dict[int, int]], weekdays: _Weekdays) -> _Estimate:
    """A quantile, with the interval of the share below it, read back as durations (Woodruff)."""
    whole: Counter[int] = Counter()
    for durations in days:
        whole.update(durations)
    value, n_days = quantile(whole, part), len(days)
    if value is None or n_days < FEWEST_DAYS:
        return _Estimate(value, n_days)
    below = [sum(count for second, count in each.items() if second <= value) for each in days]
    sizes = [sum(each.values()) for each in days]
    effect, df = _design_effect(below, sizes, weekdays)
    low, high = (quantile(whole, each) for each in _limits_of_share(part, sum(sizes) / effect, df))
    if low is None or high is None:
        return _Estimate(value, n_days)
    return _Estimate(value, n_days, df, Interval(low, high, n_days))


def _mean(days: list[Counted], weekdays: _Weekdays) -> _Estimate:
    """A mean, as the ratio of sums over days; the limits are those of its logarithm, never below zero."""
    sums = [(each.value or 0.0) * each.n for each in days]
    sizes = [each.n for each in days]
    value, n_days = sum(sums) / sum(sizes), len(days)
    if n_days < FEWEST_DAYS:
        return _Estimate(value, n_days)
    variance, df = _spread([sums[d] - value * sizes[d] for d in range(n_days)], weekdays)
    relative = t_quantile(df) * math.sqrt(variance) / sum(sums) if value else 0.0
    interval = Interval(value * math.exp(-relative), value * math.exp(relative), n_days)
    return _Estimate(value, n_days, df, interval)


def _spread(residuals: list[float], weekdays: _Weekdays) -> tuple[float, int]:
    """The variance of the sum of the residuals of days, and its degrees of freedom.

    Days are compared with those of their own weekday where enough remain to tell: that Mondays are busy is
    no chance, every period has its Mondays.
    """
    n_days = len(residuals)
    groups: dict[int, list[float]] = defaultdict(list)
    for place, residual in enumerate(residuals):
        groups[weekdays[place] if weekdays else -1].append(residual)
    if n_days - len(groups) < FEWEST_DAYS - 1:
        groups = {-1: residuals}
    squares = 0.0
    for group in groups.values():
        middle = sum(group) / len(group)
        squares += sum((each - middle) ** 2 for each in group)
    df = n_days - len(groups)
    return squares * n_days / df, df


def _design_effect(parts: list[int], sizes: list[int], weekdays: _Weekdays) -> tuple[float, int]:
    """How many times larger the variance of a share is than that of independent visits (Kish), at least 1.

    Few events do not show whether they come together. The effect is then drawn towards the middle (geometric)
    of what is possible: from 1, independent, to the size of a day, all or none.
    """
    part, whole, n_days = sum(parts), sum(sizes), len(parts)
    share = part / whole
    variance, df = _spread([parts[d] - share * sizes[d] for d in range(n_days)], weekdays)
    fewer = min(part, whole - part)
    measured = variance / (whole * share * (1 - share)) if fewer else 0.0
    guess = math.sqrt(whole / n_days)
    effect = (fewer * measured + _WEIGHT_OF_GUESS * guess) / (fewer + _WEIGHT_OF_GUESS)
    return max(1.0, effect), df


def _limits_of_share(share: float, n_effective: float, df: int) -> tuple[float, float]:
    """Wilson's interval of a share, from 0 to 1, with a sample of that size and Student's quantile."""
    squared = t_quantile(df) ** 2 / n_effective
    middle = share + squared / 2
    half = math.sqrt(squared * share * (1 - share) + squared**2 / 4)
    low, high = ((middle + sign * half) / (1 + squared) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def two_sided_p(t: float, df: int) -> float:
    """How often Student's t is further from zero than `t`, exactly, for whole degrees of freedom.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(abs(t) / math.sqrt(df))
    squared, is_odd = math.cos(angle) ** 2, df % 2
    term = math.cos(angle) if is_odd else 1.0
    total = 0.0
    for step in range(2 + is_odd, df + 1, 2):
        total += term
        term *= squared * (step - 1) / step
    inside = math.sin(angle) * total
    return max(0.0, 1 - (2 * (angle + inside) / math.pi if is_odd else inside))


@lru_cache(maxsize=1024)
def t_quantile(df: int) -> float:
    """What Student's t exceeds, in absolute value, five times in a hundred."""
    low, high = 0.0, 1024.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided_p(middle, df) > _OUTSIDE else (low, middle)
    return high
