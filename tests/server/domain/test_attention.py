"""The wall: queues against their targets; the hall, not the person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.attention import QueueSnapshot, WaitingLeg, overdue, queue_state, shows_counters

LATE, IN_TIME = WaitingLeg(901, 900), WaitingLeg(900, 900)


@pytest.mark.parametrize(
    ("queue", "state"),
    [
        (QueueSnapshot([], None, 900, 0), "calm"),
        (QueueSnapshot([IN_TIME], (300, 900), 900, 1), "calm"),
        (QueueSnapshot([IN_TIME], (900, 1200), 900, 1), "breach_expected"),
        (QueueSnapshot([], (900, 1200), 900, 1), "breach_expected"),
        (QueueSnapshot([LATE, IN_TIME], (900, 1200), 900, 1), "late"),
        (QueueSnapshot([LATE], None, 900, 0), "unserved"),
    ],
)
def test_the_worst_applicable_state_is_shown(queue: QueueSnapshot, state: str):
    assert queue_state(queue) == state


@given(st.lists(st.integers(0, 4000)), st.integers(0, 4000), st.integers(1, 4000), st.integers(1, 9))
def test_a_breach_is_predicted_before_it_happens_and_late_afterwards(
    waits: list[int], expected: int, target: int, counters: int
):
    waiting = [WaitingLeg(wait, target) for wait in waits]
    state = queue_state(QueueSnapshot(waiting, (expected, expected), target, counters))
    assert (state == "late") == (max(waits, default=0) > target) == (overdue(waiting) > 0)
    if state == "breach_expected":
        assert expected > target
    if state == "calm":
        assert expected <= target


def test_the_activity_of_a_counter_is_shown_from_three_agents_on():
    assert [shows_counters(agents) for agents in (0, 1, 2, 3, 4)] == [False, False, False, True, True]


def test_a_wait_that_meets_the_target_exactly_is_no_breach():
    assert queue_state(QueueSnapshot([], (600, 1200), 900, 1)) == "calm"
    assert queue_state(QueueSnapshot([], (600, 1201), 900, 1)) == "breach_expected"
