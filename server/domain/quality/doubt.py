"""How far chance moves a figure: its interval, the change between two periods, the verdict on a target.

Pure and closed: the same days give the same limits everywhere, with nothing to draw and nothing to seed. The
sample is the business day, not the visit: one bad morning makes many bad waits together. Rules in prose and
sources: `docs/rules/indicators.md`, « Doubt ».
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from typing import Literal, NamedTuple

from server.domain.quality.figures import Counted, Counts, Measure, Ranked
from server.domain.quality.indicators import Indicator
from server.domain.quality.rollup import Rollup, Tally, rank_of, sum_of

FEWEST_DAYS = 8
"""Below this many days nobody can tell how days differ: there is no interval."""
FALSE_DISCOVERIES = 0.10
"""At most this part of the changes said among many shown together is noise, on average."""
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
"""`unclear`: chance alone may make such a difference. `few_days`: too few days, or waits, to tell."""


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
    """Days with their totals: counted once, for the intervals of many indicators.

    `weekdays`: Monday 0; None where a day does not tell it. `estimates`, `ordered`: what was
    asked of them already.
    """

    counted: tuple[tuple[Rollup, Tally], ...]
    weekdays: tuple[int, ...] | None
    estimates: "dict[Measure, _Estimate]" = field(default_factory=dict, compare=False, repr=False)
    ordered: "dict[Counts, _Ordered]" = field(default_factory=dict, compare=False, repr=False)


def days_of(rollups: Iterable[Rollup]) -> Days:
    """These days, to be given to several functions of this module.

    Each is an open day of the hall. A day without anything of a selection (a service nobody came for) is an
    empty rollup: it counts as zero in numbers per day, and is left out of shares and waits.
    """
    counted = tuple((rollup, rollup.total()) for rollup in rollups)
    weekdays = tuple(next((key.weekday for key in rollup.cells), -1) for rollup, _ in counted)
    return Days(counted, None if -1 in weekdays else weekdays)


def open_days(rollups: Iterable[Rollup]) -> list[Rollup]:
    """Those of some days of a hall that had a visit: the days that numbers are divided by."""
    return [rollup for rollup in rollups if any(tally.visits for tally in rollup.cells.values())]


def interval_of(indicator: Indicator | Measure, days: Sequence[Rollup] | Days) -> Interval | None:
    """The interval of an indicator over some days.

    None under eight days, where all waits are too few for a quantile, and where the indicator has none.
    """
    measure = _measure(indicator)
    return _estimate(measure, days).interval if measure.sampled else None


def change_of(
    indicator: Indicator | Measure, before: Sequence[Rollup] | Days, after: Sequence[Rollup] | Days
) -> Change:
    """What changed from some days to others, with the limits of the difference (MOVER: Zou and Donner)."""
    first, last = _estimate(indicator, before), _estimate(indicator, after)
    n_days = min(first.n_days, last.n_days)
    if first.value is None or last.value is None:
        return Change(None, None, None, n_days, None, "few_days")
    difference = last.value - first.value
    if first.interval is None or last.interval is None:
        has_none = _measure(indicator).sampled is None and n_days >= FEWEST_DAYS
        return Change(difference, None, None, n_days, None, "unclear" if has_none else "few_days")
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


type _Weekdays = tuple[int, ...] | None


def _measure(of: Indicator | Measure) -> Measure:
    return of if isinstance(of, Measure) else of.measure


class _Estimate(NamedTuple):
    """A value over some days, with its interval and the degrees of freedom of that."""

    value: float | None
    n_days: int
    df: int = 0
    interval: Interval | None = None


def _estimate(indicator: Indicator | Measure, rollups: Sequence[Rollup] | Days) -> _Estimate:
    days = rollups if isinstance(rollups, Days) else days_of(rollups)
    measure = _measure(indicator)
    if measure not in days.estimates:
        days.estimates[measure] = _estimate_of(measure, days)
    return days.estimates[measure]


def _estimate_of(measure: Measure, days: Days) -> _Estimate:
    if measure.sampled is None:
        return _without_interval(measure, days)
    if isinstance(measure.sampled, Ranked):
        durations = measure.sampled.durations
        if durations not in days.ordered:
            days.ordered[durations] = _in_order([durations(*day) for day in days.counted], days.weekdays)
        return _quantile(measure.sampled.part, days.ordered[durations])
    counted = [measure.counted(*day) for day in days.counted]
    if measure.sampled == "number":
        return _number([each.n for each in counted], days.weekdays)
    found, weekdays = _with_any(counted, [each.n for each in counted], days.weekdays)
    if not found:
        return _Estimate(None, 0)
    return _share(found, weekdays) if measure.sampled == "share" else _mean(found, weekdays)


def _with_any[Found](
    days: list[Found], sizes: Sequence[object], weekdays: _Weekdays
) -> tuple[list[Found], _Weekdays]:
    """The days that have anything: a day without a wait says nothing of waits."""
    kept = [place for place, size in enumerate(sizes) if size]
    return [days[place] for place in kept], tuple(weekdays[place] for place in kept) if weekdays else None


def _without_interval(measure: Measure, days: Days) -> _Estimate:
    whole = sum_of(rollup for rollup, _ in days.counted)
    value = measure.counted(whole, whole.total()).value
    n_days = len(days.counted)
    if value is not None and measure.is_number:
        value = value / n_days if n_days else None
    return _Estimate(value, n_days)


def _number(counts: list[int], weekdays: _Weekdays) -> _Estimate:
    """The mean number per day; days never vary less than with independent visitors (Poisson)."""
    n_days, total = len(counts), sum(counts)
    if n_days < FEWEST_DAYS:
        return _Estimate(total / n_days if n_days else None, n_days)
    spread = _spread(counts, weekdays)
    each_varies = max(1.0, spread.variance / total) if total else 1.0
    squared = t_quantile(spread.df) ** 2 * each_varies / n_days
    return _above_zero(total / n_days, squared, n_days, spread.df)


def _mean(days: list[Counted], weekdays: _Weekdays) -> _Estimate:
    """A mean, as the ratio of the sums of days to their sizes."""
    sums = [(each.value or 0.0) * each.n for each in days]
    sizes = [each.n for each in days]
    value, n_days = sum(sums) / sum(sizes), len(days)
    if n_days < FEWEST_DAYS:
        return _Estimate(value, n_days)
    spread = _spread([sums[d] - value * sizes[d] for d in range(n_days)], weekdays)
    varies = spread.variance / sum(sizes) / sum(sums) if value else 0.0
    return _above_zero(value, t_quantile(spread.df) ** 2 * varies, n_days, spread.df)


def _above_zero(value: float, squared: float, n_days: int, df: int) -> _Estimate:
    """A value whose variance grows with it, as that of a count does: its limits never fall below zero."""
    half = math.sqrt(squared * value + squared**2 / 4)
    low, high = (value + squared / 2 + sign * half for sign in (-1, 1))
    return _Estimate(value, n_days, df, Interval(max(0.0, min(low, value)), max(high, value), n_days))


def _share(days: list[Counted], weekdays: _Weekdays) -> _Estimate:
    """A part of a number: Wilson's interval, with the sample that the days are worth."""
    parts, sizes = [each.part or 0 for each in days], [each.n for each in days]
    share, n_days = sum(parts) / sum(sizes), len(days)
    if n_days < FEWEST_DAYS:
        return _Estimate(100 * share, n_days)
    effect, df = _design_effect(parts, sizes, weekdays)
    squared = t_quantile(df) ** 2 * effect / sum(sizes)
    middle = share + squared / 2
    half = math.sqrt(squared * share * (1 - share) + squared**2 / 4)
    low, high = ((middle + sign * half) / (1 + squared) for sign in (-1, 1))
    limits = Interval(100 * max(0.0, min(low, share)), 100 * min(1.0, max(high, share)), n_days)
    return _Estimate(100 * share, n_days, df, limits)


class _Ordered(NamedTuple):
    """Days with their durations in order, and how many there are before each and in all; all durations."""

    days: list[tuple[list[int], list[int]]]
    sizes: list[int]
    weekdays: _Weekdays
    seconds: list[int]


def _in_order(durations: list[dict[int, int]], weekdays: _Weekdays) -> _Ordered:
    kept, weekdays = _with_any(durations, durations, weekdays)
    days = [(found := sorted(each), [*accumulate(map(each.__getitem__, found), initial=0)]) for each in kept]
    seconds = sorted(set(chain.from_iterable(kept)))
    return _Ordered(days, [totals[-1] for _, totals in days], weekdays, seconds)


def _quantile(part: float, ordered: _Ordered) -> _Estimate:
    """A quantile: from the first to the last wait that the share below it does not rule out (Woodruff).

    Each wait is tried with the design effect of its own share below (Francisco and Fuller).
    """
    sizes, seconds, n_days = ordered.sizes, ordered.seconds, len(ordered.days)
    if not n_days:
        return _Estimate(None, 0)
    n = sum(sizes)

    def below(second: int) -> list[int]:
        return [totals[bisect_right(found, second)] for found, totals in ordered.days]

    def tried(second: int) -> tuple[float, int]:
        """How far the share below is from the part, in half intervals."""
        parts = below(second)
        effect, df = _design_effect(parts, sizes, ordered.weekdays)
        half = t_quantile(df) * math.sqrt(effect * part * (1 - part) / n)
        return (sum(parts) / n - part) / half, df

    place = bisect_left(seconds, rank_of(part, n), key=lambda second: sum(below(second)))
    value = seconds[place]
    if n_days < FEWEST_DAYS:
        return _Estimate(value, n_days)
    low = bisect_left(seconds, True, hi=place, key=lambda second: tried(second)[0] >= -1)
    high = bisect_left(seconds, True, lo=place, key=lambda second: tried(second)[0] > 1)
    if high == len(seconds) and part ** (n / _guess(sizes)) > _OUTSIDE:
        return _Estimate(value, n_days)  # all of so few waits may be shorter than the quantile
    limits = Interval(seconds[low], seconds[min(high, len(seconds) - 1)], n_days)
    return _Estimate(value, n_days, tried(value)[1], limits)


class _Spread(NamedTuple):
    """The variance of the sum of what days add, and its degrees of freedom."""

    variance: float
    df: int


def _spread(added: Sequence[float], weekdays: _Weekdays) -> _Spread:
    """How much the sum of what days add varies.

    Days are compared with those of their own weekday where enough remain to tell: that Mondays are busy is
    no chance, each period has its Mondays.
    """
    n_days = len(added)
    squares = [_squares([added[place] for place in places]) for places in _places(n_days, weekdays)]
    df = n_days - len(squares)
    return _Spread(sum(map(sum, squares)) * n_days / df, max(2, min(df, _days_it_rests_on(squares))))


@lru_cache(maxsize=64)
def _places(n_days: int, weekdays: _Weekdays) -> list[list[int]]:
    """Which days are compared with each other."""
    groups: dict[int, list[int]] = defaultdict(list)
    for place in range(n_days):
        groups[weekdays[place] if weekdays else -1].append(place)
    return list(groups.values()) if n_days - len(groups) >= FEWEST_DAYS - 1 else [list(range(n_days))]


def _squares(added: list[float]) -> list[float]:
    """How far each is from the mean of all, squared."""
    middle = sum(added) / len(added)
    return [(each - middle) ** 2 for each in added]


def _days_it_rests_on(groups: list[list[float]]) -> int:
    """The degrees of freedom of a sum of squares, fewer where one weekday or a few days make most of it.

    One weekday: Satterthwaite's, of unequal variances. Few days: the same by the fourth moment (the kurtosis
    of normal days gives the number of days).
    """
    squares = [square for group in groups for square in group]
    n_days, fourth = len(squares), sum(square**2 for square in squares)
    if not fourth:
        return n_days
    kurtosis = n_days * fourth / sum(squares) ** 2
    variances = [
        (len(group) * sum(group) / (len(group) - 1), len(group) - 1) for group in groups if group[1:]
    ]
    by_weekday = sum(each for each, _ in variances) ** 2 / sum(each**2 / df for each, df in variances)
    return int(min(by_weekday, 2 * n_days / max(kurtosis - 1, 0.1)))


def _design_effect(parts: list[int], sizes: list[int], weekdays: _Weekdays) -> tuple[float, int]:
    """How many times the variance of a share is that of independent visits (Kish), at least 1; its degrees.

    Few events do not show whether they come together: the effect is then drawn towards the middle (geometric)
    of what is possible, from 1 for independent visits to the size of a day for all or none.
    """
    part, whole = sum(parts), sum(sizes)
    share = part / whole
    spread = _spread([n - share * size for n, size in zip(parts, sizes, strict=True)], weekdays)
    fewer = min(part, whole - part)
    measured = spread.variance / (whole * share * (1 - share)) if fewer else 0.0
    effect = (fewer * measured + _WEIGHT_OF_GUESS * _guess(sizes)) / (fewer + _WEIGHT_OF_GUESS)
    return max(1.0, effect), spread.df


def _guess(sizes: list[int]) -> float:
    """The design effect in the middle of what days of these sizes may have."""
    return math.sqrt(sum(sizes) / len(sizes))


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
