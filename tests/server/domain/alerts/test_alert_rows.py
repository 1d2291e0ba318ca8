"""The row that facts of an alert leave."""

from datetime import UTC, datetime

from server.domain.alerts import (
    ALERT_FOLDS,
    NewAlert,
    alert_end_asked,
    alert_ended,
    alert_raised,
    alert_taken_back,
)
from server.domain.facts import Erasable, Fact
from server.domain.instants import to_micros
from server.domain.row_changes import Recorded

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def row_after(*facts: Fact) -> dict[str, object]:
    row: dict[str, object] = {}
    for minute, fact in enumerate(facts):
        recorded = Recorded(fact.kind, fact.body, hall="laon", happened_at=minute, author=f"agent-{minute}")
        [change] = ALERT_FOLDS[fact.kind](recorded)
        row |= change.values
    return row


def test_a_standing_alert_has_neither_words_nor_an_end():
    row = row_after(alert_raised("row-1", NewAlert("a-1", "evacuate", is_drill=False, press="p")))
    assert row == {
        "id": "row-1",
        "alert": "a-1",
        "kind": "evacuate",
        "is_drill": False,
        "press": "p",
        "hall": "laon",
        "texts": None,
        "raised_at": 0,
        "raised_by": "agent-0",
        "expires_at": None,
    }


def test_an_alert_of_ones_own_words_keeps_their_id_and_when_it_expires():
    alert = NewAlert("a-1", "custom", is_drill=True, press="p", words=Erasable("w-1", "00"), expires_at=NOON)
    row = row_after(alert_raised("row-1", alert))
    assert (row["texts"], row["expires_at"], row["is_drill"]) == ("w-1", to_micros(NOON), True)


def test_the_row_of_an_alert_holds_both_confirmations_and_the_reason():
    raised = alert_raised("row-1", NewAlert("a-1", "evacuate", is_drill=False, press="p"))
    row = row_after(raised, alert_end_asked("row-1", "a-1"), alert_ended("row-1", "a-1", reason="confirmed"))
    assert (row["end_asked_at"], row["end_asked_by"]) == (1, "agent-1")
    assert (row["ended_at"], row["ended_by"], row["end_reason"]) == (2, "agent-2", "confirmed")
    assert row_after(raised, alert_taken_back("row-1", "a-1"))["end_reason"] == "taken_back"
