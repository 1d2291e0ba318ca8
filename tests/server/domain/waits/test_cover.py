"""How far ranges reach, from how the waits announced before ended."""

import math
import random

import pytest

from server.domain.waits.cover import FEWEST, KEPT, ROUNDED_TO_S, RangeCover, ends_a_range

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
        if ends is not None:
            low_s, high_s = rounded(ends)
            judged += 1
            inside += low_s <= wait_s <= high_s
            above += wait_s > high_s
        cover.add("walk_in", median_s, wait_s)
    return inside / judged, above / judged


@pytest.mark.parametrize("spread", [0.3, 0.7, 1.2])
def test_in_the_long_run_eight_in_ten_waits_lie_inside_whatever_their_spread(spread: float):
    inside, above = shares(spread, medians=(1200, 5400))
    assert 0.77 <= inside <= 0.86
    assert above <= 0.12


def test_fewer_waits_tell_nothing_and_each_class_has_its_own():
    cover = RangeCover()
    for _ in range(FEWEST - 1):
        cover.add("walk_in", MEDIAN_S, MEDIAN_S)
    assert cover.ends("walk_in", MEDIAN_S) is None
    cover.add("walk_in", MEDIAN_S, MEDIAN_S)
    assert cover.ends("walk_in", MEDIAN_S) is not None
    assert cover.ends("priority", MEDIAN_S) is None


def test_a_hall_that_changed_is_followed():
    cover = RangeCover()
    for wait_s in [MEDIAN_S] * 1_000 + [3 * MEDIAN_S] * KEPT:
        cover.add("walk_in", MEDIAN_S, wait_s)
    ends = cover.ends("walk_in", MEDIAN_S)
    assert ends is not None
    low_s, high_s = rounded((min(ends[0], MEDIAN_S), ends[1]))
    assert low_s <= 3 * MEDIAN_S <= high_s


def test_a_length_with_few_waits_takes_those_of_its_class():
    cover = RangeCover()
    for _ in range(FEWEST):
        cover.add("walk_in", 300, 900)
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
    assert ends_a_range(high_s, wait_s, is_called=is_called) is tells
