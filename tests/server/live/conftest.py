"""Halls of the real server."""

from collections.abc import Iterator

import pytest

from tests.conftest import Serve
from tests.server.live.hall import Halls


@pytest.fixture
def served_hall(standing: Serve) -> Iterator[Halls]:
    """`served_hall(layout)` → Laon of the module's demonstration, emptied of what other tests left."""
    halls = Halls(standing, emptied=True)
    yield halls
    halls.close()


@pytest.fixture
def fresh_hall(serve: Serve) -> Iterator[Halls]:
    """`fresh_hall(layout)` → Laon of a demonstration started for this test."""
    halls = Halls(serve)
    yield halls
    halls.close()
