"""Every indicator equals another computation: SQL of DuckDB over exported legs and facts."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from server.clock import Clock
from server.demonstration.create import SLUGS
from server.domain.instants import to_micros
from server.domain.quality.indicators import INDICATORS, figures_of
from server.settings import Settings
from server.store.transactions.database import Database
from server.usecases.quality.export_visits import export_visits
from server.usecases.quality.read_indicators import read_days
from tests.harness.counts import count
from tests.harness.independent_figures import AGGREGATES, QUERIES, every_figure, load_legs
from tests.harness.sql import all_rows, execute
from tests.server.demonstration.conftest import LONG, UNTIL
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days

FIRST = date(2026, 10, 12)
"""Two weeks before the clocks go back."""


def load_facts(connection: duckdb.DuckDBPyConnection, database: Database, hall: str, file: Path) -> None:
    """The table `facts` of the facts of a hall, exported as lines of JSON."""
    facts = all_rows(
        database,
        "SELECT id, kind, position, body FROM hall_fact WHERE hall = :hall ORDER BY position",
        hall=database.hall_id(hall),
    )
    lines = [json.dumps({**fact, "body": json.loads(fact["body"])}) for fact in facts]
    file.write_text("\n".join(lines), encoding="utf-8")
    connection.execute(
        f"CREATE OR REPLACE TABLE facts AS SELECT * FROM read_json('{file}', format = 'newline_delimited',"
        " columns = {id: 'VARCHAR', kind: 'VARCHAR', position: 'BIGINT', body: 'JSON'})"
    )


def check_figures(database: Database, hall: str, days: tuple[date, date], folder: Path) -> set[str]:
    """Each indicator of the registry has the value and the sample that the other computation finds.

    The names of those of which something was counted.
    """
    export_visits(database, [hall], days=days, folder=folder)
    connection = duckdb.connect()
    load_legs(connection, folder / "legs.csv")
    load_facts(connection, database, hall, folder / "facts.json")
    expected = every_figure(connection, now_us=to_micros(database.clock.now()))
    connection.close()
    for _ in ("counted", "stored"):
        for figure in figures_of(read_days(database, hall, *days).whole()):
            value, n = expected[figure.indicator]
            assert figure.n == n, (hall, figure)
            assert figure.value == (value if value is None else pytest.approx(value, rel=1e-9)), (
                hall,
                figure,
            )
    return {name for name, (_, n) in expected.items() if n}


def test_every_indicator_has_an_independent_form():
    assert {*AGGREGATES, *QUERIES} == set(INDICATORS)


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


def test_the_demonstration_has_the_figures_of_another_computation(past: Settings, tmp_path: Path):
    database = Database(f"sqlite:///{copy_of(past, tmp_path)}", Clock(now=lambda: NOW))
    for hall in SLUGS:
        check_figures(database, hall, (LONG.dates[0], UNTIL), tmp_path / hall)
    database.close()


NOW = datetime.combine(UNTIL, datetime.min.time(), UTC) + timedelta(hours=3)


def copy_of(past: Settings, folder: Path) -> Path:
    """A copy of the shared demonstration, in which days may be stored."""
    copy = folder / "parvis.db"
    copy.write_bytes(Path(past.database_address.removeprefix("sqlite:///")).read_bytes())
    return copy
