"""Who usually comes at which half hour, and how many stay until their call."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.waits.usual_visitors import HALF_HOUR_S, WAIT_STEP_S, UsualVisitors, usual_visitors

MONDAY = date(2026, 11, 30)
KIND, OTHER = ("titres", "walk_in"), ("accueil", "priority")


def mondays(*people: int, half_hour: int = 20) -> dict[date, Mapping[tuple[tuple[str, str], int], int]]:
    """How many came on the Mondays before, the last week first."""
    return {MONDAY - timedelta(weeks=ago): {(KIND, half_hour): each} for ago, each in enumerate(people, 1)}


def test_the_mean_of_the_same_weekdays_of_eight_weeks_comes():
    tuesday = {MONDAY - timedelta(days=6): {(KIND, 20): 50}}
    found = usual_visitors({**mondays(2, 3, 4, 5, 3, 3, 3, 1, 90), **tuesday}, MONDAY, {}, {})
    assert found.came == {KIND: {20: 3.0}}, "the ninth week is too old"
    assert usual_visitors({**mondays(2, 4), **tuesday}, MONDAY, {}, {}).came == {KIND: {20: 56 / 3}}
    assert not usual_visitors(mondays(2, 4), MONDAY, {}, {}).came


def test_the_day_itself_and_later_ones_teach_nothing():
    before = mondays(2, 4, 3)
    later = {MONDAY + timedelta(days=ago): {(OTHER, 18): 9} for ago in range(20)}
    days = list({**before, **later}.items())
    random.Random(3).shuffle(days)
    assert usual_visitors(dict(days), MONDAY, {}, {}) == usual_visitors(before, MONDAY, {}, {})


def test_they_come_evenly_the_first_when_half_a_person_is_expected():
    usual = UsualVisitors({KIND: {20: 2.0}, OTHER: {20: 1.0, 21: 1.0}})
    begins_s = 20 * HALF_HOUR_S
    ahead = usual.ahead(begins_s - 60)
    assert ahead == [(510, KIND), (960, OTHER), (1410, KIND), (2760, OTHER)]
    assert usual.ahead(begins_s + 900) == [(450, KIND), (900, OTHER)]


@given(st.lists(st.floats(0.05, 30), min_size=1, max_size=6), st.floats(0, 24 * 3600))
def test_as_many_come_as_are_expected_never_in_the_past(people: list[float], now_s: float):
    usual = UsualVisitors({KIND: dict(enumerate(people, 18))})
    ahead = usual.ahead(now_s)
    assert ahead == sorted(ahead)
    assert all(in_s >= 0 for in_s, _ in ahead)
    left = sum(
        each * min(1.0, max(0.0, (half + 1) * HALF_HOUR_S - now_s) / HALF_HOUR_S)
        for half, each in enumerate(people, 18)
    )
    assert len(ahead) == pytest.approx(left, abs=0.5 + 1e-6)


def test_those_who_waited_long_leave_as_often_as_before():
    usual = usual_visitors({}, MONDAY, {0: 100, 2: 60}, {1: 40})
    staying = usual.share_staying
    assert staying(0, WAIT_STEP_S) == 1
    # 60 waited through the second step, 40 left in it
    assert staying(WAIT_STEP_S, 2 * WAIT_STEP_S) == pytest.approx(0.6, abs=0.01)
    assert staying(0, 1.5 * WAIT_STEP_S) == pytest.approx(0.6**0.5, abs=0.01)
    assert staying(2 * WAIT_STEP_S, 9 * WAIT_STEP_S) == 1
    assert usual_visitors({}, MONDAY, {}, {}).share_staying(0, 90_000) == 1
