"""How far ranges reach, from how the waits announced before ended."""

import math
import random

import pytest

from server.domain.waits.cover import FEWEST, KEPT, ROUNDED_TO_S, RangeCover

MEDIAN_S = 1500.0


def rounded(ends: tuple[float, float]) -> tuple[int, int]:
    """As they are announced."""
    low_s, high_s = ends
    low = math.floor(low_s / ROUNDED_TO_S) * ROUNDED_TO_S
    return low, max(math.ceil(high_s / ROUNDED_TO_S) * ROUNDED_TO_S, low + ROUNDED_TO_S)


def shares(spread: float, *, medians: tuple[float, float], people: int = 4_000) -> tuple[float, float]:
    """Shares inside and above of ranges, each announced before its own wait ended, of waits that vary so."""
    chance, cover, inside, above, judged = random.Random(5), RangeCover(), 0, 0, 0
    for _ in range(people):
        median_s = chance.uniform(*medians)
        wait_s = median_s * chance.lognormvariate(0, spread)
        ends = cover.ends("walk_in", median_s)
        low_s, high_s = rounded(ends or (median_s / 2, 2 * median_s))
        if ends is not None:
            judged += 1
            inside += low_s <= wait_s <= high_s
            above += wait_s > high_s
        cover.add("walk_in", (low_s, median_s, high_s), wait_s, is_called=True)
    return inside / judged, above / judged


def told(median_s: float) -> tuple[float, float, float]:
    """An announcement with this median that holds nearly every wait."""
    return 0, median_s, 9_000


@pytest.mark.parametrize("spread", [0.3, 0.7, 1.2])
def test_in_the_long_run_eight_in_ten_waits_lie_inside_whatever_their_spread(spread: float):
    inside, above = shares(spread, medians=(1200, 5400))
    assert 0.78 <= inside <= 0.82
    assert above <= 0.12


def test_whole_five_minutes_do_not_make_short_ranges_hold_more():
    inside, above = shares(0.7, medians=(240, 600))
    assert 0.78 <= inside <= 0.82
    assert above <= 0.12


def test_fewer_waits_tell_nothing_and_each_class_has_its_own():
    cover = RangeCover()
    for _ in range(FEWEST - 1):
        cover.add("walk_in", told(MEDIAN_S), MEDIAN_S, is_called=True)
    assert cover.ends("walk_in", MEDIAN_S) is None
    cover.add("walk_in", told(MEDIAN_S), MEDIAN_S, is_called=True)
    assert cover.ends("walk_in", MEDIAN_S) is not None
    assert cover.ends("priority", MEDIAN_S) is None


def test_a_hall_that_changed_is_followed():
    cover = RangeCover()
    for wait_s in [MEDIAN_S] * 1_000 + [3 * MEDIAN_S] * KEPT:
        cover.add("walk_in", told(MEDIAN_S), wait_s, is_called=True)
    ends = cover.ends("walk_in", MEDIAN_S)
    assert ends is not None
    low_s, high_s = rounded((min(ends[0], MEDIAN_S), ends[1]))
    assert low_s <= 3 * MEDIAN_S <= high_s


def test_a_length_with_few_waits_takes_those_of_its_class():
    cover = RangeCover()
    for _ in range(FEWEST):
        cover.add("walk_in", told(300), 900, is_called=True)
    found = cover.ends("walk_in", 4_000)
    assert found is not None
    assert found[1] > 4_000


@pytest.mark.parametrize(
    ("high_s", "wait_s", "is_called", "tells"),
    [(900, 60, True, True), (900, 60, False, False), (900, 901, False, True), (0, 60, True, False)],
    ids=["called", "left before the end", "left after it", "no wait was announced"],
)
def test_who_left_tells_something_only_after_the_announced_end(
    high_s: int, wait_s: int, is_called: bool, tells: bool
):
    cover = RangeCover()
    for _ in range(FEWEST):
        cover.add("walk_in", (0, high_s / 2, high_s), wait_s, is_called=is_called)
    assert (cover.ends("walk_in", 450) is not None) is tells
