"""Rows follow from facts alone: damaged ones come back, whatever the configuration says now."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences, rebuild
from server.store.tables import PROJECTIONS
from server.store.transactions.database import Database
from tests.harness.sql import all_rows, execute
from tests.server.store.journals import HALL, morning
from tests.server.usecases.quality.figures_history import Hands


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = morning(database_url, Hands())
    yield found
    found.close()


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    return {table: all_rows(database, f"SELECT * FROM {table} ORDER BY id") for table in PROJECTIONS}


def test_a_rebuild_under_an_empty_configuration_equals_the_live_rows(database: Database):
    before = rows_of(database)
    execute(database, "DELETE FROM document")
    execute(database, "DELETE FROM configured")
    assert rebuild(database, HALL) == []
    for table in PROJECTIONS:
        execute(database, f"DELETE FROM {table}")
    assert len(rebuild(database, HALL)) == sum(len(rows) for rows in before.values())
    assert rows_of(database) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE leg SET state = 'parked', counter = NULL WHERE state = 'ended'",
        "UPDATE visit SET number = 'A999' WHERE rank = 3",
        "DELETE FROM duty",
        "UPDATE leg SET sort_key = 'a' WHERE position = 1",
    ],
)
def test_damaged_rows_are_named_and_come_back(database: Database, damage: str):
    before = rows_of(database)
    execute(database, damage)
    with snapshot(database) as rows:
        found = differences(rows, database.hall_id(HALL))
    assert found
    assert rebuild(database, HALL) == found
    assert rows_of(database) == before
    assert rebuild(database, HALL) == []
