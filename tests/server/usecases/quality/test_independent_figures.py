"""Every indicator equals another computation: SQL of DuckDB over exported legs and facts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from server.domain.quality.indicators import INDICATORS
from server.store.transactions.database import Database
from tests.harness.counts import count
from tests.harness.independent_figures import FORMULAS, check_figures
from tests.harness.sql import all_rows, execute
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days

FIRST = date(2026, 10, 12)
"""Two weeks before the clocks go back."""


def test_every_indicator_has_an_independent_form():
    assert set(FORMULAS) == set(INDICATORS)


@pytest.mark.both_databases
def test_random_histories_have_the_figures_of_another_computation(database_url: str, tmp_path: Path):
    database = database_with_hall(database_url, Hands(datetime(2027, 6, 1, 12, tzinfo=UTC)))
    for seed in range(count(small=1, large=12)):
        first = FIRST + timedelta(weeks=2 * seed)
        play_days(database, first, count(small=11, large=14), a_day=count(small=16, large=60), seed=seed)
    disturb(database, Random(7))
    counted = check_figures(database, "laon", (FIRST, date(2027, 6, 1)), tmp_path)
    assert counted == set(INDICATORS)
    database.close()


def disturb(database: Database, chance: Random) -> None:
    """What the played days lack: recalls, choices, suspect clocks, undone legs, early tickets, a group."""
    in_one_group = "UPDATE leg SET service = 'laon-accueil', class = 'walk_in' WHERE substr(number, 4, 1)"
    execute(database, f"{in_one_group} IN ('1', '3', '5', '7', '9')")
    legs = [row["id"] for row in all_rows(database, "SELECT id FROM leg ORDER BY issued_at, id")]
    for change in (
        "last_called_at = first_called_at + 97000001",
        "rule = 'chosen'",
        "is_clock_suspect = :yes",
        "end_reason = 'undone'",
        "arrived_at = issued_at + 1799999999",
        "priority = 'not_confirmed'",
        "priority = 'confirmed'",
        "parked_s = 45",
        "quoted_low_s = 0, quoted_median_s = 240, quoted_high_s = 299",
        "outcome_asked = 'optional'",
        "end_reason = 'closed_at_day_end'",
        "last_called_at = started_at - 12500000, is_start_pressed = :yes",
    ):
        for leg in chance.sample(legs, len(legs) // 12):
            yes = {"yes": True} if ":yes" in change else {}
            execute(
                database,
                f"UPDATE leg SET {change} WHERE id = :leg"
                + (" AND first_called_at IS NOT NULL" if "called_at" in change else "")
                + (" AND ended_at IS NOT NULL" if "end_reason" in change else ""),
                leg=leg,
                **yes,
            )
