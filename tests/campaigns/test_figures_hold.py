"""Intervals hold the long-run value of a process that never changes, and no change is said of it."""

from collections.abc import Iterator
from itertools import groupby, pairwise
from math import sqrt
from typing import NamedTuple

import pytest

from server.domain.quality.doubt import Days, change_of, days_of, interval_of
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import sum_of
from tests.campaigns.simulated_hall import SimulatedDays, Size, simulated_days
from tests.harness.counts import IS_LARGE, count, record_measurement

FIGURES = ("within_target", "wait_median", "wait_p90", "wait_mean", "visits")
SIZES = {"10 a day": Size(10, 1, 0.65), "25 a day": Size(25, 2, 0.82), "80 a day": Size(80, 5, 0.88)}
YEARS = count(small=4, large=200)
LONG_RUN = count(small=12, large=200)
"""The years that the long-run value is counted from."""
LOWEST, HIGHEST = (92, 98) if IS_LARGE else (84, 100)
"""Percent of periods whose interval holds the long-run value; fewer periods, more chance."""


class Held(NamedTuple):
    """Of the periods of one size, the percentages of those with …"""

    inside: float
    below: float
    """… an interval that ends below the long-run value."""
    above: float
    change_inside: float
    """… a change whose interval holds none."""
    said: float
    """… a change that is said."""


def parts_of(days: SimulatedDays, kind: PeriodKind) -> list[Days]:
    """Its days by period."""
    periods = groupby(days, key=lambda each: period_of(kind, each[0]).name)
    return [days_of(rollup for _, rollup in found) for _, found in periods]


def long_run(days: SimulatedDays) -> dict[str, float]:
    """The value of each figure over all years; visits per day."""
    whole = sum_of(rollup for _, rollup in days)
    total = whole.total()
    values = {name: INDICATORS[name].compute(whole, total).value or 0.0 for name in FIGURES}
    return {**values, "visits": values["visits"] / len(days)}


def percent(found: Iterator[bool] | list[bool]) -> float:
    each = list(found)
    return round(100 * sum(each) / len(each), 1)


def held(figure: str, value: float, parts: list[Days]) -> Held:
    """What its intervals and the changes from each period to the next hold."""
    indicator = INDICATORS[figure]
    intervals = [interval_of(indicator, part) for part in parts]
    changes = [change_of(indicator, before, after) for before, after in pairwise(parts)]
    known = [each for each in intervals if each]
    limits = [(each.low, each.high) for each in changes if each.low is not None and each.high is not None]
    assert (len(known), len(limits)) == (len(parts), len(parts) - 1)
    below, above = percent(each.high < value for each in known), percent(each.low > value for each in known)
    return Held(
        percent(each.low <= value <= each.high for each in known),
        below,
        above,
        percent(low <= 0 <= high for low, high in limits),
        percent(each.direction in ("up", "down") for each in changes),
    )


def wilson_holds(parts: list[Days], value: float) -> float:
    """How often the interval of a share of independent waits (Wilson) holds the long-run value."""
    found = []
    for part in parts:
        share = sum(tally.within_target for _, tally in part.counted)
        n = sum(tally.visits for _, tally in part.counted)
        middle, half = (share + 1.92) / (n + 3.84), 1.96 * sqrt(share * (1 - share / n) + 0.96) / (n + 3.84)
        found.append(abs(middle - value / 100) <= half)
    return percent(found)


@pytest.mark.parametrize("size", SIZES if IS_LARGE else ["25 a day"])
def test_intervals_hold_the_long_run_value_and_no_change_is_said(size: str):
    days = simulated_days(SIZES[size], years=LONG_RUN, seed=SIZES[size].visits)
    values = long_run(days)
    seen = [each for each in days if each[0].year < days[0][0].year + YEARS]
    for kind in (PeriodKind.MONTH, PeriodKind.QUARTER):
        parts = parts_of(seen, kind)
        found = {name: held(name, value, parts) for name, value in values.items()}
        wilson = wilson_holds(parts, values["within_target"])
        for name, each in found.items():
            record_measurement(
                f"interval of {name}, {size}, by {kind}", periods=len(parts), wilson=wilson, **each._asdict()
            )
        assert wilson < LOWEST, "the simulated days have no effect of their own"
        assert {
            name: each
            for name, each in found.items()
            if not LOWEST <= each.inside <= HIGHEST
            or not each.change_inside >= LOWEST
            or each.said > 100 - LOWEST
        } == {}


def test_a_day_and_a_week_have_no_interval():
    days = simulated_days(SIZES["25 a day"], years=1, seed=1)
    for kind in (PeriodKind.DAY, PeriodKind.WEEK):
        for before, after in pairwise(parts_of(days, kind)[:30]):
            for name in FIGURES:
                assert interval_of(INDICATORS[name], after) is None
                assert change_of(INDICATORS[name], before, after).direction == "few_days"
