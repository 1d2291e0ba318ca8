from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.waits.estimate import (
    AfterClosing,
    WaitRange,
    estimate_at,
    estimate_hall,
    estimate_services,
    pace_of,
    pool_paces,
)
from server.domain.waits.hall_snapshot import CounterNow, HallSnapshot, QueueNow, ServicePace
from tests.server.domain.simulation.small_halls import ORDERS, SmallHall


def hall(waiting: int, *, counters: int = 1, free: int = 0, mean_s: float = 600) -> HallSnapshot:
    places = [CounterNow(str(n), frozenset({"papers"}), is_free=n < free) for n in range(counters)]
    return HallSnapshot([QueueNow("papers", waiting, ServicePace(mean_s))], places)


def test_a_free_able_counter_and_an_empty_queue_mean_no_wait():
    assert estimate_hall(hall(0, free=1)) == {"papers": WaitRange(0, 0, 0)}
    assert WaitRange(0, 0, 0).is_none_needed


def test_without_an_open_counter_there_is_no_range():
    assert estimate_hall(hall(3, counters=0)) == {"papers": None}


def test_an_open_counter_that_serves_something_else_says_nothing():
    elsewhere = HallSnapshot(
        [QueueNow("papers", 0, ServicePace(600))], [CounterNow("1", frozenset({"weapons"}), is_free=True)]
    )
    assert estimate_at(elsewhere, queue="papers", ahead=0) is None


def test_a_busy_counter_and_nobody_ahead_give_a_short_range():
    found = estimate_at(hall(0), queue="papers", ahead=0)
    assert isinstance(found, WaitRange)
    assert found.low_s == 0
    assert not found.is_none_needed


def test_a_counter_shared_with_a_long_queue_is_worth_less():
    shared = HallSnapshot(
        [QueueNow("papers", 3, ServicePace(600)), QueueNow("permits", 9, ServicePace(900))],
        [CounterNow("1", frozenset({"papers", "permits"}), is_free=False)],
    )
    alone, divided = (
        estimate_at(hall(3), queue="papers", ahead=3),
        estimate_at(shared, queue="papers", ahead=3),
    )
    assert isinstance(alone, WaitRange)
    assert isinstance(divided, WaitRange)
    assert divided.high_s > alone.high_s


@given(
    ahead=st.integers(0, 200),
    counters=st.integers(1, 30),
    mean_s=st.floats(30, 7200),
    spread=st.floats(0.05, 1.5),
)
def test_it_is_always_a_range_rounded_outward_to_five_minutes(
    ahead: int, counters: int, mean_s: float, spread: float
):
    places = [CounterNow(str(n), frozenset({"q"}), is_free=False) for n in range(counters)]
    now = HallSnapshot([QueueNow("q", ahead, ServicePace(mean_s, spread))], places)
    found = estimate_at(now, queue="q", ahead=ahead)
    more = estimate_at(now, queue="q", ahead=ahead + 1)
    assert isinstance(found, WaitRange)
    assert isinstance(more, WaitRange)
    assert found.low_s % 300 == found.high_s % 300 == 0
    assert 0 <= found.low_s < found.high_s
    assert more.high_s >= found.high_s


def test_the_median_is_that_of_the_estimate_not_the_middle_of_its_rounded_range():
    found = estimate_at(hall(3), queue="papers", ahead=3)
    assert isinstance(found, WaitRange)
    assert found.low_s < found.median_s < (found.low_s + found.high_s) / 2


def test_a_wait_that_would_end_after_closing_is_no_number_of_hours():
    for ahead, counters in ((60, 1), (60, 0), (2, 1)):
        now = replace(hall(ahead, counters=counters), closes_in_s={"": 3 * 3600})
        found = estimate_at(now, queue="papers", ahead=ahead)
        expected = (AfterClosing if ahead == 60 else WaitRange) if counters else type(None)
        assert isinstance(found, expected)
    assert isinstance(estimate_at(now.later(10_500), queue="papers", ahead=2), AfterClosing)


def test_a_queue_is_announced_by_its_services_that_are_served_before_closing():
    titles = QueueNow("titles", 2, ServicePace(600), ("deposit", "collect"))
    counters = [CounterNow("1", frozenset({"titles"}), is_free=False)]
    now = HallSnapshot([titles], counters, closes_in_s={"deposit": 60, "collect": 7200})
    assert isinstance(estimate_services(now)["deposit"], AfterClosing)
    assert estimate_hall(now)["titles"] == estimate_services(now)["collect"]
    both_late = replace(now, closes_in_s={"deposit": 60, "collect": 60})
    assert isinstance(estimate_hall(both_late)["titles"], AfterClosing)


def test_recent_services_outweigh_a_wrong_typed_mean():
    assert pace_of(600, []).mean_s == 600
    assert pace_of(600, [1200] * 90).mean_s == pytest.approx(1140)
    assert pace_of(600, [1200] * 90).spread == pytest.approx(0.07)


def test_a_queue_of_two_services_is_as_spread_as_their_difference():
    mixed = pool_paces([(ServicePace(300, 0), 1), (ServicePace(900, 0), 1), (ServicePace(5000, 0), 0)])
    assert (mixed.mean_s, mixed.spread) == pytest.approx((600, 0.5))


@pytest.mark.parametrize("order", ORDERS)
def test_announced_ranges_hold_in_simulated_small_halls(order: str):
    pairs = [pair for seed in range(500, 560) for pair in SmallHall(seed, order).run()]
    ranges = [
        (found, wait_s)
        for found, wait_s in pairs
        if isinstance(found, WaitRange) and not found.is_none_needed
    ]
    inside = sum(found.low_s <= wait_s <= found.high_s for found, wait_s in ranges) / len(ranges)
    above = sum(wait_s > found.high_s for found, wait_s in ranges) / len(ranges)
    assert len(ranges) > 1000
    assert inside >= 0.75, f"{inside:.1%} inside, {above:.1%} above, of {len(ranges)}"
    assert above <= 0.15, f"{inside:.1%} inside, {above:.1%} above, of {len(ranges)}"
    assert all(
        wait_s == 0 for found, wait_s in pairs if isinstance(found, WaitRange) and found.is_none_needed
    )
