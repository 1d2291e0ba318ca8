"""When counters usually leave and come back, learnt from when they were on duty."""

import math
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.waits.usual_hours import Absence, OnDuty, absences_ahead, back_in_s, on_duty, usual_hours

MONDAY = date(2026, 11, 30)
HOUR, MINUTE = 3600, 60
MORNING, AFTERNOON = (9 * HOUR, 12 * HOUR), (13 * HOUR, 16 * HOUR)
USUAL = (MORNING, AFTERNOON)


def day_of(days_ago: int, *spans: tuple[int, int], counter: str = "g1") -> list[OnDuty]:
    """A counter's day, that many days before the Monday."""
    return [OnDuty(counter, MONDAY - timedelta(days=days_ago), *span) for span in spans]


def weeks(*days: tuple[tuple[int, int], ...], counter: str = "g1") -> list[OnDuty]:
    """What a counter did on the Mondays before, the last week first."""
    return [each for ago, spans in enumerate(days, 1) for each in day_of(7 * ago, *spans, counter=counter)]


def test_hours_are_those_of_more_than_half_of_the_same_weekdays():
    other_days = [each for ago in (3, 4, 5) for each in day_of(ago, (9 * HOUR, 16 * HOUR))]
    later = (MORNING, (14 * HOUR, 16 * HOUR))
    found = usual_hours([*weeks(USUAL, USUAL, USUAL, later, ()), *other_days], MONDAY)
    assert found == {"g1": USUAL}
    assert usual_hours([*weeks(USUAL, USUAL), *other_days], MONDAY) == {"g1": ((9 * HOUR, 16 * HOUR),)}


@pytest.mark.parametrize("odd", [(), ((9 * HOUR, 10 * HOUR),), ((0, 24 * HOUR),)])
def test_one_odd_day_changes_nothing(odd: tuple[tuple[int, int], ...]):
    assert usual_hours(weeks(USUAL, USUAL, odd, USUAL), MONDAY) == {"g1": USUAL}


def test_a_holiday_teaches_nothing_and_a_counter_that_is_seldom_there_has_no_hours():
    seen = [*weeks((), USUAL, (), USUAL, USUAL), *weeks((), USUAL, counter="g2")]
    assert usual_hours(seen, MONDAY) == {"g1": USUAL}


def test_two_days_and_days_older_than_eight_weeks_teach_nothing():
    assert usual_hours(weeks(USUAL, USUAL), MONDAY) == {}
    assert usual_hours([each for ago in range(57, 90) for each in day_of(ago, *USUAL)], MONDAY) == {}


def test_short_absences_are_not_learnt():
    with_coffee = ((9 * HOUR, 10 * HOUR), (10 * HOUR + 10 * MINUTE, 12 * HOUR))
    assert usual_hours(weeks(with_coffee, with_coffee, with_coffee), MONDAY) == {"g1": (MORNING,)}


@given(st.randoms(use_true_random=False), st.lists(st.tuples(st.integers(0, 60), st.sampled_from("ab"))))
def test_what_is_seen_on_the_day_or_after_it_changes_nothing(
    chance: random.Random, later: list[tuple[int, str]]
):
    seen = weeks(USUAL, USUAL, USUAL)
    more = [OnDuty(counter, MONDAY + timedelta(days=in_days), 0, 24 * HOUR) for in_days, counter in later]
    mixed = [*seen, *more]
    chance.shuffle(mixed)
    assert usual_hours(mixed, MONDAY) == usual_hours(seen, MONDAY)


def test_an_interval_past_midnight_ends_there_by_the_clock_on_the_wall():
    starts_at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert on_duty("g1", starts_at, starts_at + timedelta(hours=20), UTC) == OnDuty(
        "g1", starts_at.date(), 9 * HOUR, 24 * HOUR
    )


def ahead(now_s: int, since_s: int, hall_ends_s: int = 16 * HOUR) -> tuple[Absence, ...]:
    return absences_ahead(USUAL, now_s, since_s=since_s, hall_ends_s=hall_ends_s)


def test_a_counter_leaves_at_its_usual_hour_and_late_where_it_is_still_there():
    assert ahead(11 * HOUR, 9 * HOUR) == (Absence(HOUR, HOUR),)
    assert ahead(12 * HOUR + 600, 9 * HOUR) == (Absence(0, HOUR),)


def test_who_came_back_early_does_not_leave_again():
    assert ahead(12 * HOUR + 2400, 12 * HOUR + 2000) == ()
    assert ahead(14 * HOUR, 13 * HOUR) == ()


def test_who_leaves_long_before_the_hall_closes_leaves_for_the_day_else_stays_while_people_wait():
    assert ahead(14 * HOUR, 13 * HOUR, 18 * HOUR) == (Absence(2 * HOUR, math.inf),)
    assert ahead(14 * HOUR, 13 * HOUR, 17 * HOUR) == ()


@pytest.mark.parametrize(
    ("now_s", "left_s", "in_s"),
    [
        (8 * HOUR, None, HOUR),
        (9 * HOUR + 900, None, 300),
        (10 * HOUR + 60, None, 3 * HOUR - 60),
        (12 * HOUR + 900, 12 * HOUR, 45 * MINUTE),
        (12 * HOUR, 11 * HOUR + 1800, 30 * MINUTE),
        (13 * HOUR + 600, 12 * HOUR, 300),
        (14 * HOUR + 60, 12 * HOUR, None),
        (10 * HOUR, 10 * HOUR - 300, 300),
        (17 * HOUR, 16 * HOUR, None),
    ],
    ids=[
        "before it opens",
        "opens late",
        "did not come in the morning",
        "at lunch",
        "left early",
        "back late",
        "given up",
        "a short pause",
        "gone home",
    ],
)
def test_when_a_counter_that_is_away_is_expected(now_s: int, left_s: int | None, in_s: int | None):
    assert back_in_s(USUAL, now_s, left_s) == in_s
