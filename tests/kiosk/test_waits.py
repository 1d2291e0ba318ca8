"""How a wait is said: never a range too wide to help, never a bound that the estimate does not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.waits import STEP_S, rounded_s, said_of


@pytest.mark.parametrize(
    ("low_min", "high_min", "said"),
    [
        (25, 45, "between"),
        (5, 15, "between"),
        (50, 75, "between"),
        (70, 120, "between"),
        (10, 10, "about"),
        (0, 15, "under"),
        (10, 35, "under"),
        (20, 75, "under"),
        (30, 90, "over"),
        (50, 130, "over"),
    ],
)
def test_a_range_is_said_by_its_sure_end_when_it_is_wider_than_half_its_middle(low_min, high_min, said):
    assert said_of(low_min * 60, high_min * 60) == said


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_what_is_said_contains_the_estimate_and_a_range_is_narrow(low_s: int, width_s: int):
    low, high = rounded_s(low_s, low_s + width_s)
    assert low <= low_s <= low_s + width_s <= high
    assert (low % STEP_S, high % STEP_S) == (0, 0)
    if said_of(low_s, low_s + width_s) == "between":
        assert width_s <= (low + high) / 4 + STEP_S
    assert said_of(low, high) == said_of(low_s, low_s + width_s), "rounded twice is said alike"


def test_a_wait_that_is_over_is_said_as_one_step():
    assert rounded_s(-600, -1) == rounded_s(0, 0) == (0, STEP_S)
    assert rounded_s(STEP_S, STEP_S) == (STEP_S, STEP_S)
    assert rounded_s(STEP_S - 1, STEP_S + 1) == (0, 2 * STEP_S)
    assert said_of(1_800, 5_400) == "over"
    assert said_of(1_799, 5_400) == "under"
