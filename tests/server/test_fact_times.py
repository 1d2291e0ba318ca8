"""The instants of facts: they never go back, with any change of the computer's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from server.clock import Clock, FactTimes
from tests.harness.sql import all_rows
from tests.server.store.journals import issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("behind_s", "is_suspect"),
    [(-5, False), (0, False), (0.5, False), (2, False), (2.5, True), (3_600, True)],
)
def test_an_instant_is_never_before_the_last_one(behind_s: float, is_suspect: bool):
    times = FactTimes(Clock(now=lambda: NINE - timedelta(seconds=behind_s)))
    instant, was_suspect = times.instant_for("hall", NINE)
    assert (instant, was_suspect) == (max(NINE, NINE - timedelta(seconds=behind_s)), is_suspect)


def test_a_visitor_who_arrives_while_the_clock_steps_back_waits_behind_earlier_ones(database_url: str):
    hands = Hands()
    database = opened_hall(database_url, hands)
    first = issue(database)
    hands.now -= timedelta(seconds=1)
    second = issue(database)
    assert (first["ahead"], second["ahead"]) == (0, 1)
    assert first["issued_at"] <= second["issued_at"]
    found = all_rows(database, "SELECT number FROM leg ORDER BY sort_key")
    assert [row["number"] for row in found] == [first["number"], second["number"]]
    database.close()
