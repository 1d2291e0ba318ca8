"""The list of what asks for attention: its order, and what of its sources is shown to a reader."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.domain.actions import is_due_soon, is_late
from server.domain.attention import AttentionKind, AttentionRow, Urgency, by_urgency

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
