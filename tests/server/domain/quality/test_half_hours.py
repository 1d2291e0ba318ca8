"""Half hours side by side: which one is lost, and when nothing may be said."""

import random

from server.domain.quality.half_hours import half_hours_of
from server.domain.quality.rollup import CellKey, Rollup, Tally


def day(weekday: int, parts: dict[int, tuple[int, int]]) -> Rollup:
    """A day; per half hour how many waits it has, and how many of them within the target."""
    return Rollup(
        {
            CellKey("hall", "papers", "walk_in", weekday, at, "served"): Tally(
                legs=n, called_with_target=n - 1, left_with_target=1, within_target=within
            )
            for at, (n, within) in parts.items()
        }
    )


def days(parts: dict[int, tuple[int, int]], count: int = 20) -> list[Rollup]:
    return [day(each % 5, parts) for each in range(count)]


def test_the_half_hour_that_misses_its_target_stands_out_with_its_part_of_all():
    ten, noon, one = half_hours_of(days({20: (10, 9), 23: (8, 4), 26: (10, 9)}))
    assert (noon.at, noon.waits, noon.missed) == (23, 160, 80)
    assert [each.is_worse for each in (ten, noon, one)] == [False, True, False]
    assert noon.interval
    assert noon.interval.low < 50 < noon.interval.high
    assert ten.change
    assert ten.change.direction == "up"


def test_equal_half_hours_do_not_stand_out():
    rng = random.Random(7)
    even = [day(n % 5, {at: (9, rng.randint(5, 8)) for at in range(18, 30)}) for n in range(30)]
    assert sum(each.is_worse for each in half_hours_of(even)) == 0


def test_under_eight_days_nothing_stands_out():
    found = half_hours_of(days({20: (20, 20), 23: (20, 2)}, count=7))
    assert [each.interval for each in found] == [None, None]
    assert not any(each.is_worse for each in found)


def test_a_half_hour_of_fewer_than_ten_waits_says_only_how_many():
    few = [*days({20: (10, 9)}, count=19), day(1, {20: (10, 9), 23: (9, 0)})]
    assert [(each.at, each.interval is None, each.change is None) for each in half_hours_of(few)] == [
        (20, False, True),
        (23, True, True),
    ]


def test_days_without_a_wait_and_waits_without_a_target_are_left_out():
    assert (
        half_hours_of([Rollup(), Rollup({CellKey("h", "s", "walk_in", 0, 20, "served"): Tally(legs=3)})])
        == []
    )
