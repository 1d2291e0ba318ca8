"""Who usually comes at which half hour, and how many stay until their call."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.waits.usual_visitors import HALF_HOUR_S, WAIT_STEP_S, Kind, UsualVisitors, VisitorsBefore

MONDAY = date(2026, 11, 30)
KIND, OTHER = ("titres", "walk_in"), ("accueil", "priority")


type Days = dict[date, Counter[tuple[Kind, int]]]


def mondays(*people: int, half_hour: int = 20) -> Days:
    """How many came on the Mondays before, the last week first."""
    weeks = enumerate(people, 1)
    return {MONDAY - timedelta(weeks=ago): Counter({(KIND, half_hour): each}) for ago, each in weeks}


def usual(came: Days) -> UsualVisitors:
    return VisitorsBefore(dict(came)).usual(MONDAY)


def test_the_mean_of_the_same_weekdays_of_eight_weeks_comes():
    tuesday = {MONDAY - timedelta(days=6): Counter({(KIND, 20): 50})}
    found = usual(mondays(2, 3, 4, 5, 3, 3, 3, 1, 90) | tuesday)
    assert found.came == {KIND: {20: 3.0}}, "the ninth week is too old"
    assert usual(mondays(2, 4) | tuesday).came == {KIND: {20: 56 / 3}}
    assert not usual(mondays(2, 4)).came


def test_the_day_itself_and_later_ones_teach_nothing():
    before = mondays(2, 4, 3)
    later = {MONDAY + timedelta(days=ago): Counter({(OTHER, 18): 9}) for ago in range(20)}
    days = list({**before, **later}.items())
    random.Random(3).shuffle(days)
    assert usual(dict(days)) == usual(before)


def test_they_come_evenly_the_first_when_half_a_person_is_expected():
    found = UsualVisitors({KIND: {20: 2.0}, OTHER: {20: 1.0, 21: 1.0}})
    begins_s = 20 * HALF_HOUR_S
    ahead = found.ahead(begins_s - 60)
    assert ahead == [(510, KIND), (960, OTHER), (1410, KIND), (2760, OTHER)]
    assert found.ahead(begins_s + 900) == [(450, KIND), (900, OTHER)]


@given(st.lists(st.floats(0.05, 30), min_size=1, max_size=6), st.floats(0, 24 * 3600))
def test_as_many_come_as_are_expected_never_in_the_past(people: list[float], now_s: float):
    found = UsualVisitors({KIND: dict(enumerate(people, 18))})
    ahead = found.ahead(now_s)
    assert ahead == sorted(ahead)
    assert all(in_s >= 0 for in_s, _ in ahead)
    left = sum(
        each * min(1.0, max(0.0, (half + 1) * HALF_HOUR_S - now_s) / HALF_HOUR_S)
        for half, each in enumerate(people, 18)
    )
    assert len(ahead) == pytest.approx(left, abs=0.5 + 1e-6)


def test_those_who_waited_long_leave_as_often_as_before():
    before = VisitorsBefore()
    for step, is_gone, people in ((0, False, 100), (2, False, 60), (1, True, 40)):
        before.add_wait(MONDAY - timedelta(days=1), step * WAIT_STEP_S, is_gone=is_gone, people=people)
    staying = before.usual(MONDAY).share_staying
    assert staying(0, WAIT_STEP_S) == 1
    # 60 waited through the second step, 40 left in it
    assert staying(WAIT_STEP_S, 2 * WAIT_STEP_S) == pytest.approx(0.6, abs=0.01)
    assert staying(0, 1.5 * WAIT_STEP_S) == pytest.approx(0.6**0.5, abs=0.01)
    assert staying(2 * WAIT_STEP_S, 9 * WAIT_STEP_S) == 1
    assert VisitorsBefore().usual(MONDAY).share_staying(0, 90_000) == 1
