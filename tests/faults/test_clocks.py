"""The clock goes back an hour, the night has 25 hours, midnight comes while people wait."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.refusals import Refusal
from server.usecases.hours.opening import close_day, days_to_close
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import HALL, anchor, call, first_fault, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands


def waiting(database, day: str | None = None) -> int:
    row = one_row(database, "SELECT count(*) AS n FROM leg WHERE state = 'waiting'")
    return int(row["n"])


def test_a_clock_set_back_an_hour_keeps_the_order_and_marks_the_facts(database_url, tmp_path):
    hands = Hands()
    database = opened_hall(database_url, hands)
    before = [issue(database)["number"] for _ in range(3)]
    hands.now -= timedelta(hours=1)
    after = [issue(database)["number"] for _ in range(3)]
    assert before + after == [f"A{n:03d}" for n in range(1, 7)]
    assert [call(database)["number"]] == before[:1], "who came first is called first all the same"
    facts = all_rows(
        database, "SELECT recorded_at, is_clock_suspect, kind FROM hall_fact ORDER BY hall, position"
    )
    times = [row["recorded_at"] for row in facts]
    assert times == sorted(times)
    issued = [bool(row["is_clock_suspect"]) for row in facts if row["kind"] == "TicketIssued"]
    assert issued == [False] * 3 + [True] * 3
    assert first_fault(database, anchor(database, tmp_path / "anchors"), full=True) is None
    database.close()


@pytest.mark.parametrize("night", [datetime(2027, 10, 31, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)])
def test_the_nights_of_the_change_of_time_lose_and_repeat_no_hour(sqlite_url, night, tmp_path):
    """Round the clock in a demonstration's hours: every half-hour of UTC gets one ticket, in order."""
    hands = Hands()
    database = opened_hall(sqlite_url, hands)
    execute(database, "UPDATE installation SET is_demonstration = :yes", yes=True)
    database.configurations._made.clear()
    hands.now = night - timedelta(hours=3)
    found = []
    for _ in range(12):
        found.append(issue(database))
        hands.now += timedelta(minutes=30)
    times = [ticket["issued_at"] for ticket in found]
    assert times == sorted(times)
    days = [
        row["business_day"] for row in all_rows(database, "SELECT business_day FROM visit ORDER BY issued_at")
    ]
    suspects = all_rows(database, "SELECT id FROM hall_fact WHERE is_clock_suspect = :yes", yes=True)
    assert len(set(days)) == 2
    assert days == sorted(days)
    assert len({(day, ticket["number"]) for day, ticket in zip(days, found, strict=True)}) == 12
    assert not suspects
    assert first_fault(database, anchor(database, tmp_path / "anchors"), full=True) is None
    database.close()


def test_at_midnight_waiting_visits_close_with_the_day_and_numbers_start_again(database_url, tmp_path):
    hands = Hands()
    database = opened_hall(database_url, hands)
    assert [issue(database)["number"] for _ in range(3)] == ["A001", "A002", "A003"]
    call(database)
    hands.now = hands.now.replace(hour=23, minute=30)
    with pytest.raises(Refusal, match="closed"):
        issue(database)
    for day in days_to_close(database, database.hall_id(HALL)):
        close_day(database, database.hall_id(HALL), day)
    assert waiting(database) == 0
    hands.now += timedelta(days=3 - hands.now.weekday() % 3)
    while hands.now.weekday() > 3:
        hands.now += timedelta(days=1)
    hands.now = hands.now.replace(hour=9)
    assert issue(database)["number"] == "A001"
    assert waiting(database) == 1
    assert first_fault(database, anchor(database, tmp_path / "anchors"), full=True) is None
    database.close()
