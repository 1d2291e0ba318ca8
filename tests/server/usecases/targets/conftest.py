"""A hall of its own for each test of targets: days go by in it, its clock with them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.store.transactions.database import Database
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall
from tests.server.usecases.targets.targets_hall import HALL


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, HALL)
    with checked(found, HALL):
        yield found
