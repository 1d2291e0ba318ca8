from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.waits.estimate import (
    AfterClosing,
    Estimate,
    WaitRange,
    WaitSubject,
    estimate_at,
    estimate_hall,
    estimate_linked,
    estimate_services,
    pace_of,
    pool_paces,
)
from server.domain.waits.hall_snapshot import (
    CounterNow,
    HallSnapshot,
    LinkedMember,
    LinkedNow,
    QueueNow,
    ServicePace,
    UpcomingBreak,
    WorkAhead,
    work_ahead,
)
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


ABLE = ["1", "2"]
QUEUE = "papers"


def together(*places: int, at: str | None = None, queue: str = QUEUE) -> LinkedNow:
    """Linked visits that wait at these places of a queue, in that order."""
    return LinkedNow(tuple(LinkedMember(f"v{place}", queue, place) for place in places), at)


def busy_hall(waiting: int, *counters: CounterNow, linked: tuple[LinkedNow, ...] = ()) -> HallSnapshot:
    busy = counters or (CounterNow("1", frozenset({QUEUE}), is_free=False),)
    return HallSnapshot([QueueNow(QUEUE, waiting, ServicePace(600))], busy, linked=linked)


def ends(found: Estimate) -> tuple[int, int]:
    assert isinstance(found, WaitRange)
    return found.low_s, found.high_s


@given(ahead=st.integers(0, 300), counters=st.integers(1, 20))
def test_visits_linked_elsewhere_change_nothing(ahead: int, counters: int):
    able = [str(number) for number in range(counters)]
    other = LinkedNow((LinkedMember("v", "permits", 0),), at="elsewhere")
    assert work_ahead((other,), QUEUE, ahead, able) == WorkAhead(ahead, ahead)


@given(ahead=st.integers(0, 60), places=st.sets(st.integers(0, 60), min_size=1, max_size=10))
def test_with_one_counter_linked_visits_only_pass_those_between_them(ahead: int, places: set[int]):
    found = work_ahead((together(*sorted(places)),), QUEUE, ahead, ["1"])
    behind = len([place for place in places if place >= ahead]) if min(places) < ahead else 0
    assert found == WorkAhead(ahead + behind, ahead + behind)


@given(
    ahead=st.integers(0, 40),
    places=st.lists(st.integers(0, 40), min_size=1, max_size=8, unique=True),
    at=st.sampled_from([None, "1", "elsewhere"]),
    counters=st.integers(1, 6),
)
def test_a_row_of_linked_visits_is_never_more_work_than_all_of_it(
    ahead: int, places: list[int], at: str | None, counters: int
):
    able = [str(number) for number in range(counters)]
    found = work_ahead((together(*sorted(places), at=at),), QUEUE, ahead, able)
    assert 0 <= found.ahead <= ahead + len(places)
    assert found.callable_ahead <= ahead + len(places)


def test_linked_visits_at_one_counter_leave_the_other_to_legs_behind():
    assert work_ahead((together(0, 1, 2, 3, at="1"),), QUEUE, 4, ABLE).callable_ahead == 0
    assert work_ahead((together(0, 1, 2, 3),), QUEUE, 4, ABLE).ahead < 2
    assert work_ahead((), QUEUE, 4, ABLE).ahead == 4


def test_rows_of_linked_visits_are_taken_in_order_and_no_single_leg_before_its_turn():
    two_rows = (together(0, 1), together(2, 3, 4, 5, 6))
    # one counter takes the row of two, then the one who is alone; the other takes the row of five
    assert work_ahead(two_rows, QUEUE, 8, ABLE).ahead == 3 + 3 + 1
    # one counter takes two who are alone, then the row of five; the other the row of two, then the last
    assert work_ahead((together(1, 2), together(4, 5, 6, 7, 8)), QUEUE, 10, ABLE).ahead == 3 + 3 + 1
    # the row of five before the row of two, though nobody stands between them
    assert work_ahead((together(5, 6), together(0, 1, 2, 3, 4)), QUEUE, 8, ABLE).ahead == 3 + 3 + 1


def test_a_visit_linked_in_another_queue_passes_but_is_not_ahead_in_this_one():
    across = LinkedNow((LinkedMember("v1", "front", 0), LinkedMember("v2", QUEUE, 3)))
    assert work_ahead((across,), QUEUE, 4, ["1"]) == WorkAhead(5, 5)
    assert work_ahead((across,), QUEUE, 3, ["1"]) == WorkAhead(3, 3)


def test_a_row_of_linked_visits_has_the_place_of_its_first():
    assert work_ahead((together(3, 5),), QUEUE, 3, ["1"]).ahead == 3
    assert work_ahead((together(3, 5),), QUEUE, 4, ["1"]).ahead == 5


def test_a_visit_linked_to_one_at_a_counter_is_next_there():
    linked = (together(5, 9, at="1"),)
    now = busy_hall(10, linked=linked)
    assert ends(estimate_linked(now, subject=WaitSubject(key="v5"), queue=QUEUE, ahead=5)) == ends(
        estimate_at(busy_hall(10), queue=QUEUE, ahead=0)
    )
    last = ends(estimate_linked(now, subject=WaitSubject(key="v9"), queue=QUEUE, ahead=9))
    assert last[1] < ends(estimate_at(busy_hall(10), queue=QUEUE, ahead=9))[1]
    other = ends(estimate_linked(now, subject=WaitSubject(key="v1"), queue=QUEUE, ahead=1))
    assert other == ends(estimate_at(busy_hall(10), queue=QUEUE, ahead=3))


def test_a_visit_follows_the_first_of_those_linked_to_it():
    now = busy_hall(10, linked=(together(1, 9),))
    follows = ends(estimate_linked(now, subject=WaitSubject(key="v9"), queue=QUEUE, ahead=9))
    first = ends(estimate_linked(now, subject=WaitSubject(key="v1"), queue=QUEUE, ahead=1))
    assert first == ends(estimate_at(now, queue=QUEUE, ahead=1))
    assert first[1] < follows[1] < ends(estimate_at(now, queue=QUEUE, ahead=8))[1]


def test_a_break_is_added_only_to_waits_that_reach_it():
    calm = busy_hall(3)
    low_s, high_s = ends(estimate_at(calm, queue=QUEUE, ahead=3))
    far = replace(calm, rest=UpcomingBreak(high_s + 600, high_s + 4200))
    assert ends(estimate_at(far, queue=QUEUE, ahead=3)) == (low_s, high_s)
    near = replace(calm, rest=UpcomingBreak(0.1, 3600))
    found = ends(estimate_at(near, queue=QUEUE, ahead=3))
    assert found[1] == high_s + 3600
    assert 3600 <= found[0] <= low_s + 3600
    between = replace(calm, rest=UpcomingBreak((low_s + high_s) / 2, (low_s + high_s) / 2 + 3600))
    assert ends(estimate_at(between, queue=QUEUE, ahead=3)) == (low_s, high_s + 3600)


@given(begins_s=st.floats(-3600, 20_000), lasts_s=st.floats(60, 7200), ahead=st.integers(0, 60))
def test_a_break_never_shortens_a_wait_and_no_range_ends_in_it(begins_s: float, lasts_s: float, ahead: int):
    rest = UpcomingBreak(begins_s, max(1.0, begins_s + lasts_s))
    calm = estimate_at(busy_hall(ahead), queue=QUEUE, ahead=ahead)
    found = estimate_at(replace(busy_hall(ahead), rest=rest), queue=QUEUE, ahead=ahead)
    assert ends(found) >= ends(calm)
    low_s, high_s = ends(found)
    if begins_s <= 0:
        assert low_s >= rest.resumes_in_s // 300 * 300
    assert high_s >= ends(calm)[1]


def test_a_free_counter_on_its_break_promises_the_end_of_the_break():
    free = CounterNow("1", frozenset({QUEUE}), is_free=True)
    now = replace(busy_hall(0, free), rest=UpcomingBreak(-600, 1800))
    assert ends(estimate_hall(now)[QUEUE])[0] == 1800
    assert ends(estimate_hall(now.later(1800))[QUEUE]) == (0, 0)


def test_a_wrap_up_ends_by_itself():
    wraps_up = CounterNow("1", frozenset({QUEUE}), is_free=False, wraps_up_s=400)
    now = busy_hall(0, wraps_up)
    assert now.changes_by_itself
    assert ends(estimate_hall(now)[QUEUE]) == (0, 600)
    assert ends(estimate_hall(now.later(200))[QUEUE]) == (0, 300)
    assert ends(estimate_hall(now.later(400))[QUEUE]) == (0, 0)
    assert not now.later(400).changes_by_itself


def test_people_at_an_agents_other_counters_are_finished_with_first():
    alone = CounterNow("1", frozenset({QUEUE}), is_free=False)
    with_two = replace(alone, also_here=1)
    assert ends(estimate_hall(busy_hall(2, with_two))[QUEUE]) > ends(
        estimate_hall(busy_hall(2, alone))[QUEUE]
    )


def test_a_counter_serves_a_service_that_it_names_or_all_of_its_queues():
    some = CounterNow("1", frozenset({QUEUE}), is_free=True, services=frozenset({"a"}))
    every = CounterNow("1", frozenset({QUEUE}), is_free=True)
    assert [some.serves(QUEUE, each) for each in ("a", "b", "")] == [True, False, True]
    assert [every.serves(QUEUE, each) for each in ("a", "b", "")] == [True, True, True]
    assert not some.serves("permits", "a")


def test_a_break_that_begins_now_promises_no_call_at_once():
    free = CounterNow("1", frozenset({QUEUE}), is_free=True)
    begins = replace(busy_hall(0, free), rest=UpcomingBreak(0, 1800))
    assert ends(estimate_hall(begins)[QUEUE])[0] == 1800
