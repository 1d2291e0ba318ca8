"""The hall whose faults these tests watch."""

from collections.abc import Iterator

import pytest

from tests.server.usecases.alarms.faulty_hall import FaultyHall, faulty_hall


@pytest.fixture
def hall(database_url: str) -> Iterator[FaultyHall]:
    with faulty_hall(database_url) as found:
        yield found
