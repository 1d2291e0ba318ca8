"""Intervals by days, changes and verdicts: against tables, by hand, and on any days."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.doubt import (
    FEWEST_DAYS,
    Change,
    Days,
    Interval,
    change_of,
    days_of,
    held,
    interval_of,
    open_days,
    t_quantile,
    two_sided_p,
    verdict_of,
)
from server.domain.quality.figures import Measure, Ranked, called_within
from server.domain.quality.indicators import INDICATORS, Indicator, figures_of
from server.domain.quality.rollup import CellKey, Rollup, Tally, sum_of

SHARE, MEDIAN, P90 = INDICATORS["within_target"], INDICATORS["wait_median"], INDICATORS["wait_p90"]
MEAN, VISITS = INDICATORS["wait_mean"], INDICATORS["visits"]
OF_DAYS = (SHARE, MEDIAN, P90, MEAN, VISITS)
WITHOUT = {
    "wait_median_kaplan_meier",
    "wait_max",
    "worst_service_wait_p90",
    "worst_group_wait_p95",
    "worst_group_received_within_target",
    "unmet_demand",
    "still_waiting",
}


def day(waits: list[int], weekday: int = 1) -> Rollup:
    """A day whose visitors were all called, in time when after at most 900 s."""
    tally = Tally(visits=len(waits), legs=len(waits), called_with_target=len(waits))
    for wait in waits:
        tally.waits[wait] = (tally.waits.get(wait, (0, 0))[0] + 1, 0)
        tally.within_target += wait <= 900
    return Rollup({CellKey("hall", "papers", "walk_in", weekday, 18, "served"): tally} if waits else {})


def shares(parts: list[int], size: int = 10) -> list[Rollup]:
    """Days of `size` visits each, so many of which in time."""
    return [day([60] * part + [1200] * (size - part)) for part in parts]


def limits(indicator: Indicator | Measure, days: list[Rollup] | Days) -> Interval:
    """Its interval, which it must have."""
    found = interval_of(indicator, days)
    assert found
    return found


def width(interval: Interval) -> float:
    return interval.high - interval.low


some_waits = st.lists(st.sampled_from([0, 60, 300, 900, 901, 1800, 5400]), min_size=1, max_size=12)
some_days = st.lists(st.builds(day, some_waits, st.integers(0, 5)), min_size=FEWEST_DAYS, max_size=20)


@pytest.mark.parametrize(
    ("df", "table"),
    [(1, 12.706), (2, 4.303), (7, 2.365), (8, 2.306), (21, 2.080), (30, 2.042), (60, 2.000), (120, 1.980)],
)
def test_students_quantile_is_that_of_the_tables(df: int, table: float):
    assert t_quantile(df) == pytest.approx(table, abs=0.0005)


@pytest.mark.parametrize(
    ("t", "df", "p"),
    [(6.314, 1, 0.10), (2.571, 5, 0.05), (4.032, 5, 0.01), (3.169, 10, 0.01), (2.75, 30, 0.01)],
)
def test_students_p_is_that_of_the_tables(t: float, df: int, p: float):
    assert two_sided_p(t, df) == pytest.approx(p, rel=0.001)
    assert two_sided_p(-t, df) == two_sided_p(t, df)


def test_a_share_has_wilsons_interval_with_the_sample_that_its_days_are_worth():
    parts = [2, 8, 5, 9, 1, 7, 3, 5, 6, 4]  # half of a hundred; squares of part − 5 add up to 60
    measured = 10 / 9 * 60 / 25
    effect = (50 * measured + 2 * math.sqrt(10)) / 52
    squared = 2.262157**2 * effect / 100  # Student's t with nine degrees of freedom
    half = 50 * math.sqrt(squared + squared**2) / (1 + squared)
    assert interval_of(SHARE, shares(parts)) == pytest.approx((50 - half, 50 + half, 10), rel=1e-5)


def test_a_share_within_any_time_has_its_interval():
    days = shares([2, 8, 5, 9, 1, 7, 3, 5, 6, 4])
    assert interval_of(called_within(900), days) == interval_of(SHARE, days)
    assert limits(called_within(1199), days) != limits(called_within(1200), days)


def test_days_that_go_together_widen_an_interval():
    apart, together = shares([5] * 10), shares([10, 0] * 5)
    assert width(limits(SHARE, together)) > 2 * width(limits(SHARE, apart))


def test_days_all_alike_are_worth_no_more_than_independent_visits():
    found = limits(SHARE, shares([5] * 20))
    assert found.low < 50 - 6 < 50 + 6 < found.high


@pytest.mark.parametrize(("part", "percent"), [(0, 0.0), (10, 100.0)])
def test_none_or_all_is_still_uncertain(part: int, percent: float):
    found = limits(SHARE, shares([part] * 20))
    assert percent in found[:2]
    assert 3 < width(found) < 12


def test_waits_that_are_all_equal_leave_no_doubt_about_a_wait():
    days = [day([600] * 10)] * 12
    for indicator in (MEDIAN, P90, MEAN):
        assert interval_of(indicator, days) == (600, 600, 12)


def test_a_quantile_ends_at_the_longest_wait_unless_waits_are_too_few():
    found = limits(P90, [day([60 * each] * 10) for each in range(1, 13)])
    assert found.low < 660 < found.high == 720
    few = [day([60 * each]) for each in range(1, 13)]  # all of twelve are below P90 every fourth time
    assert interval_of(P90, few) is None
    assert limits(MEDIAN, few).high <= 720
    assert change_of(P90, few, few) == Change(0, None, None, 12, None, "few_days")


def test_numbers_are_per_open_day_and_a_day_without_any_counts_as_zero():
    days = [day([60] * 4), day([])] * 6
    found = limits(VISITS, days)
    assert found.low < 2 < found.high
    assert found.n_days == 12
    assert interval_of(MEDIAN, days) is None, "six days have a wait"


def test_a_number_that_never_happened_may_happen_once_in_some_days():
    found = limits(INDICATORS["no_shows"], [day([60])] * 20)
    assert found.low == 0
    assert 0.1 < found.high < 0.5


def test_open_days_are_those_with_a_visit():
    closed = Rollup()
    closed.not_issued["papers", "closed"] = 2
    assert open_days([day([60]), closed]) == [day([60])]


def test_a_weekday_that_is_always_busy_is_no_doubt():
    days = [day([60] * (30 if weekday == 0 else 10), weekday) for weekday in range(5)] * 4
    unnamed = [day.condensed() for day in days]
    assert width(limits(VISITS, days)) < 0.7 * width(limits(VISITS, unnamed))


@pytest.mark.parametrize("indicator", OF_DAYS, ids=lambda each: each.name)
def test_seven_days_are_too_few(indicator):
    few, enough = shares([8, 12] * 4, size=20)[:7], shares([8, 12] * 4, size=20)
    assert interval_of(indicator, few) is None
    assert interval_of(indicator, enough)
    found = change_of(indicator, few, enough)
    assert (found.direction, found.low, found.high, found.p, found.n_days) == (
        "few_days",
        None,
        None,
        None,
        7,
    )
    assert found.difference is not None


def test_an_indicator_without_an_interval_says_its_difference_only():
    longer = change_of(INDICATORS["wait_max"], [day([60])] * 10, [day([600])] * 10)
    assert longer == Change(540, None, None, 10, None, "unclear")


def test_what_is_not_measured_has_no_change():
    assert change_of(MEDIAN, [day([60])] * 10, [day([])] * 10) == Change(
        None, None, None, 0, None, "few_days"
    )


def test_a_clear_change_is_said_and_a_small_one_is_not():
    before = shares([5, 6, 4, 5, 6, 5, 4, 6, 5, 4] * 2)
    better = change_of(SHARE, before, shares([9, 8, 10, 9, 8] * 4))
    same = change_of(SHARE, before, shares([5, 6, 5, 6, 4] * 4))
    assert (better.direction, same.direction) == ("up", "unclear")
    assert better.p is not None
    assert same.p is not None
    assert better.p < 0.001 < 0.2 < same.p


def test_of_many_changes_only_those_that_stand_are_said():
    def of(p: float | None) -> Change:
        return Change(1, 0.1 if p else None, 2 if p else None, 20, p, "up" if p else "few_days")

    # Benjamini and Hochberg at 10 %: the limits of six are 0.0167, 0.0333, 0.05, 0.0667, 0.0833, 0.1
    found = held([of(0.04), of(None), of(0.001), of(0.045), of(0.3), of(0.4), of(0.9)])
    assert [each.direction for each in found] == ["up", "few_days", "up", "up", *["unclear"] * 3]
    assert [each.direction for each in held([of(0.04), *[of(0.8)] * 9])] == ["unclear"] * 10
    assert held([]) == []


@pytest.mark.parametrize(
    ("interval", "value", "verdict"),
    [
        (Interval(81, 90, 20), 85.0, "met"),
        (Interval(80, 90, 20), 85.0, "met"),
        (Interval(70, 79, 20), 75.0, "missed"),
        (Interval(73, 84, 20), 79.0, "cannot_say"),
        (None, 79.0, "cannot_say"),
        (None, None, None),
    ],
)
def test_a_target_is_met_or_missed_only_outside_the_interval(interval, value, verdict):
    assert verdict_of(interval, value, 80) == verdict


def test_every_indicator_that_days_make_up_has_an_interval():
    days = shares([8, 12] * 20, size=20)
    for rollup in days:
        for tally in rollup.cells.values():
            tally.early = tally.services = tally.delays = tally.again = tally.walks = {60: (1, 1)}
            tally.priorities = tally.appointments = tally.outcome_optional = tally.called = 4
            tally.quoted_with_median = 4
            tally.announced = Counter(dict.fromkeys(["none.told", "none.called", "none.compared"], 4))
            tally.outcomes, tally.visit_ends = Counter(informed=1), Counter(received=1)
        left = CellKey("hall", "papers", "walk_in", 1, 18, "abandoned")
        rollup.cells[left] = Tally(waits={60: (0, 4)}, left_with_target=4, announced=Counter(left_before=4))
        rollup.due["papers"] = 1
    found = {name for name, each in INDICATORS.items() if interval_of(each, days) is None}
    assert found == WITHOUT


@given(some_days)
def test_an_interval_holds_its_figure(days: list[Rollup]):
    counted = days_of(days)
    for figure in figures_of(sum_of(days), [each.name for each in OF_DAYS]):
        indicator = INDICATORS[figure.indicator]
        found = interval_of(indicator, counted)
        if found is None:
            assert isinstance(indicator.measure.sampled, Ranked)
            continue
        assert figure.value is not None
        point = figure.value / len(days) if indicator.is_number else figure.value
        assert 0 <= found.low <= point + 1e-9
        assert point - 1e-9 <= found.high
        assert indicator.unit != "percent" or found.high <= 100


@given(some_days)
def test_the_same_days_four_times_over_are_never_less_certain(days: list[Rollup]):
    once, often = days_of(days), days_of(days * 4)
    for indicator in (SHARE, MEAN, VISITS):
        assert width(limits(indicator, often)) <= width(limits(indicator, once)) + 1e-9


@given(some_days, some_days)
def test_swapping_before_and_after_mirrors_a_change(first: list[Rollup], last: list[Rollup]):
    before, after = days_of(first), days_of(last)
    for indicator in OF_DAYS:
        there, back = change_of(indicator, before, after), change_of(indicator, after, before)
        if there.direction == "few_days":
            assert back == there._replace(difference=-(there.difference or 0))
            continue
        assert there.difference is not None
        assert there.low is not None
        assert there.high is not None
        assert there.p is not None
        mirrored = (-there.difference, -there.high, -there.low)
        assert (back.difference, back.low, back.high) == pytest.approx(mirrored, abs=1e-9)
        assert back.p == pytest.approx(there.p)
        assert there.low <= there.difference <= there.high
        assert there.p < 0.05 if there.direction in ("up", "down") else there.p >= 0.05 - 1e-9


@given(some_days)
def test_days_counted_once_give_the_same_intervals(days: list[Rollup]):
    for indicator in OF_DAYS:
        assert interval_of(indicator, days_of(days)) == interval_of(indicator, days)
