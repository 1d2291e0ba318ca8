"""The last announced waits of a hall are graded as everywhere."""

from datetime import date

import pytest

from server.store.transactions.database import Database
from server.usecases.announced_before import grades_of_last
from tests.harness.sql import execute
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days


@pytest.mark.both_databases
def test_the_last_announcements_of_a_wait_are_graded_and_no_wait_is_none(database_url: str):
    database = database_with_hall(database_url, Hands(), "laon")
    play_days(database, date(2026, 10, 5), 5, a_day=30)
    hall = database.hall_id("laon")
    told = "UPDATE leg SET quoted_low_s = {low}, quoted_median_s = {low}, quoted_high_s = {high}"
    execute(database, told.format(low=0, high=0))
    assert grades_of_last(database, hall, 300).told == 0
    execute(database, told.format(low=0, high=86_400) + " WHERE business_day = '2026-10-09'")
    last = grades_of_last(database, hall, 300)
    assert last.told == last.inside > 10
    execute(database, told.format(low=86_000, high=86_400) + " WHERE business_day < '2026-10-09'")
    every = grades_of_last(database, hall, 300)
    assert (every.inside, every.above) == (last.inside, 0)
    assert every.below > 30
    assert grades_of_last(database, hall, last.told).below == 0, "the newest come first"
    database.close()


def test_who_left_before_the_end_or_at_the_end_of_the_day_is_not_graded(database_url: str):
    database = database_with_hall(database_url, Hands(), "laon")
    play_days(database, date(2026, 10, 5), 1, a_day=20)
    execute(database, "UPDATE leg SET quoted_low_s = 0, quoted_median_s = 300, quoted_high_s = 600")
    execute(database, "UPDATE leg SET first_called_at = NULL, ended_at = issued_at + 1000000000")
    hall = database.hall_id("laon")
    execute(database, "UPDATE leg SET end_reason = 'closed_at_day_end'")
    assert _told(database, hall) == (0, 0)
    execute(database, "UPDATE leg SET end_reason = 'abandoned'")
    told, above = _told(database, hall)
    assert told == above > 0
    execute(database, "UPDATE leg SET ended_at = issued_at + 500000000")
    assert _told(database, hall) == (0, 0)
    database.close()


def _told(database: Database, hall: str) -> tuple[int, int]:
    grades = grades_of_last(database, hall, 300)
    return grades.told, grades.above
