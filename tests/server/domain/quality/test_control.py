"""Control charts against examples computed by hand, their two rules, and points that are not judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.control import Chart, Point, p_prime, xmr

MINUTES = [10, 12, 11, 13, 12, 10, 11, 13, 12, 26]
"""Their sum is 130; their moving ranges 2, 1, 2, 1, 2, 1, 2, 1, 14 have the sum 26."""


def durations(*values: float | None) -> list[Point]:
    return [Point(value, 100) for value in values]


def readings(chart: Chart) -> list[str]:
    return [read.reading for read in chart.reads]


def test_limits_of_values_lie_three_times_their_mean_moving_range_over_d2_from_the_mean():
    chart = xmr(durations(*MINUTES))
    assert chart.centre == 13
    assert chart.last is not None
    # 13 ± 3 / 1.128 × 26 / 9
    assert chart.last.high == pytest.approx(20.683, abs=0.001)
    assert chart.last.low == pytest.approx(5.317, abs=0.001)
    assert readings(chart) == ["usual"] * 9 + ["outside"]


def test_limits_of_values_never_lie_below_zero():
    chart = xmr(durations(0, 9, 0, 9, 0, 9, 0, 9))
    assert chart.last is not None
    assert chart.last.low == 0
    assert chart.last.high == pytest.approx(4.5 + 3 / 1.128 * 9)


def test_limits_of_shares_follow_laney():
    # 480 of 800; of 100 each a standard deviation of a binomial share of sqrt(60 × 40 / 100) = 4.899 points.
    # Moving ranges of 10 points: of the scores 10 / 4.899 = 2.0412, over 1.128 it is 1.8096.
    shares = [Point(value, 100) for value in (55, 65, 55, 65, 55, 65, 55, 65)]
    chart = p_prime(shares)
    assert chart.centre == 60
    assert chart.last is not None
    assert chart.last.high == pytest.approx(60 + 3 * 1.8096 * 4.899, abs=0.01)
    assert chart.last.low == pytest.approx(60 - 3 * 1.8096 * 4.899, abs=0.01)


def test_the_centre_of_shares_weighs_each_by_its_sample_and_few_have_wider_limits():
    chart = p_prime([*([Point(50, 100)] * 4), *([Point(60, 100)] * 4), Point(20, 25)])
    # (4 × 50 + 4 × 60 + 5) of 825
    assert chart.centre == pytest.approx(100 * 445 / 825)
    many, few = chart.reads[0], chart.reads[-1]
    assert chart.centre is not None
    assert many.high is not None
    assert few.high is not None
    assert few.high - chart.centre == pytest.approx(2 * (many.high - chart.centre))


def test_shares_that_are_all_alike_have_no_signal():
    for percent in (0, 100):
        chart = p_prime([Point(percent, n) for n in range(20, 30)])
        assert set(readings(chart)) == {"usual"}
        assert chart.centre == percent


@pytest.mark.parametrize(("above", "reading"), [(7, "usual"), (8, "run")])
def test_eight_in_a_row_on_one_side_are_a_signal_and_seven_are_not(above: int, reading: str):
    chart = xmr(durations(17, 3, 17, 3, *[14] * above))
    assert readings(chart) == ["usual"] * 4 + [reading] * above
    assert chart.runs() == ([(4, 11)] if above == 8 else [])


def test_a_point_on_the_centre_ends_a_run():
    chart = xmr(durations(1, 3, 3, 3, 3, 2, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1))
    assert chart.centre == 2
    assert chart.runs() == []


def test_a_partial_period_is_not_judged_and_moves_no_limit():
    whole = xmr(durations(*MINUTES))
    chart = xmr([Point(500, 3, is_judged=False), *durations(*MINUTES[:5], None), *durations(*MINUTES[5:])])
    assert chart.centre == whole.centre
    assert chart.judged == 10
    assert [read.reading for read in chart.reads if read.low is None] == ["not_judged"] * 2
    assert [read.low for read in chart.reads if read.low] == [read.low for read in whole.reads]


def test_fewer_than_eight_whole_points_have_no_limits():
    for chart in (xmr(durations(*MINUTES[:7])), p_prime(durations(*MINUTES[:7]))):
        assert (chart.centre, chart.last, chart.runs()) == (None, None, [])
        assert set(readings(chart)) == {"not_judged"}


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 500)), min_size=8, max_size=40))
def test_shares_keep_their_limits_between_0_and_100(shares: list[tuple[float, int]]):
    for read in p_prime([Point(percent, n) for percent, n in shares]).reads:
        assert read.low is not None
        assert read.high is not None
        assert 0 <= read.low <= read.high <= 100
