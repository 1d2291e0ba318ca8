"""The list of what asks for attention: its order, and what of its sources is shown to a reader."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.actions import is_due_soon, is_late
from server.domain.attention import (
    AttentionKind,
    AttentionRow,
    QueueSnapshot,
    Urgency,
    WaitingLeg,
    by_urgency,
    overdue,
    queue_state,
    shows_counters,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def row(urgency: Urgency, hours_ago: int) -> AttentionRow:
    return AttentionRow(AttentionKind.ALARM, urgency, NOON - timedelta(hours=hours_ago), "laon", "key", "/")


def test_the_most_urgent_comes_first_and_then_what_lasts_longest():
    rows = [row(Urgency.SOON, 90), row(Urgency.NOW, 1), row(Urgency.TODAY, 3), row(Urgency.NOW, 2)]
    assert by_urgency(rows) == [rows[3], rows[1], rows[2], rows[0]]


@pytest.mark.parametrize(
    ("state", "in_days", "expected"),
    [
        ("to_do", -1, "late"),
        ("doing", 0, "soon"),
        ("doing", 7, "soon"),
        ("to_do", 8, ""),
        ("done", -1, ""),
        ("dropped", 3, ""),
        ("to_do", None, ""),
    ],
)
def test_an_open_action_asks_a_week_before_its_date_and_after_it(
    state: str, in_days: int | None, expected: str
):
    due_on = None if in_days is None else TODAY + timedelta(days=in_days)
    found = "late" if is_late(state, due_on, TODAY) else "soon" if is_due_soon(state, due_on, TODAY) else ""
    assert found == expected


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
