"""How a wait is announced: never a range too wide to help, never a bound that the estimate does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.menu_messages import STEP_S, wording_of


@pytest.mark.parametrize(
    ("low_min", "high_min", "said"),
    [
        (25, 45, "between"),
        (5, 15, "between"),
        (50, 75, "between"),
        (70, 120, "between"),
        (10, 10, "about"),
        (0, 5, "under"),
        (0, 15, "under"),
        (10, 25, "under"),
        (15, 30, "between"),
        (10, 35, "under"),
        (20, 75, "under"),
        (30, 90, "over"),
        (50, 130, "over"),
    ],
)
def test_a_range_wider_than_half_its_middle_is_announced_by_its_reliable_end(low_min, high_min, said):
    assert wording_of(low_min * 60, high_min * 60) == said


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_range_announced_with_both_ends_is_narrow(first: int, steps: int):
    low, high = first * STEP_S, (first + steps) * STEP_S
    if wording_of(low, high) == "between":
        assert high - low <= (low + high) / 4 + STEP_S


def test_no_wait_is_announced_as_one_step():
    assert wording_of(0, 0) == wording_of(0, STEP_S) == "under"
    assert wording_of(STEP_S, STEP_S) == "about"
    assert wording_of(1_800, 5_400) == "over"
    assert wording_of(1_500, 5_400) == "under"
