"""The weeks around an annotated day, and how much more a hall changed than others."""

from datetime import date

import pytest

from server.domain.quality.doubt import Change, Direction
from server.domain.quality.events import Sides, net_of, sides_of

MONDAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("first", "today", "weeks"),
    [
        (date(2026, 4, 6), date(2026, 12, 1), 8),
        (date(2026, 4, 8), date(2026, 12, 1), 8),  # the first of the weeks began late
        (date(2026, 5, 18), date(2026, 12, 1), 2),
        (date(2026, 4, 6), date(2026, 6, 23), 3),
        (date(2026, 4, 6), date(2026, 6, 22), 2),  # the third week ends today
    ],
)
def test_both_sides_are_the_same_whole_weeks_up_to_eight_without_the_day(
    first: date, today: date, weeks: int
):
    sides = sides_of(MONDAY, first, today)
    assert sides is not None
    (starts_on, ends_on), (after, until) = sides
    assert ends_on == MONDAY
    assert (after - MONDAY).days == 1
    assert (ends_on - starts_on).days == (until - after).days == 7 * weeks
    assert until <= today


@pytest.mark.parametrize(
    ("first", "today"), [(MONDAY, date(2026, 12, 1)), (date(2026, 4, 6), date(2026, 6, 8))]
)
def test_less_than_a_week_on_a_side_is_no_comparison(first: date, today: date):
    assert sides_of(MONDAY, first, today) is None


def change(difference: float, low: float | None, high: float | None) -> Change:
    direction: Direction = "few_days" if low is None or high is None else "up" if low > 0 else "unclear"
    return Change(difference, low, high, 40, 0.01, direction)


def test_other_halls_are_subtracted_with_their_own_doubt():
    # 10 (7 to 13) against 4 (0 to 8): 6 ± 5, as 3² + 4² is 5²
    net = net_of(change(10, 7, 13), change(4, 0, 8))
    assert net[:4] == (6, 1, 11, 40)
    assert net.direction == "up"


def test_a_hall_that_moved_like_the_others_shows_no_effect_of_its_own():
    assert net_of(change(10, 7, 13), change(9, 6, 12)).direction == "unclear"
    assert net_of(change(-10, -13, -7), change(0, -1, 1)).direction == "down"


def test_too_few_days_elsewhere_leave_no_interval():
    net = net_of(change(10, 7, 13), change(4, None, None))
    assert (net.difference, net.low, net.high, net.direction) == (6, None, None, "few_days")


def test_sides_are_named():
    assert sides_of(MONDAY, date(2026, 5, 25), date(2026, 7, 1)) == Sides(
        (date(2026, 5, 25), MONDAY), (date(2026, 6, 2), date(2026, 6, 9))
    )
