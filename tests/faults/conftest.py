"""Halls of the real server."""

from collections.abc import Iterator

import pytest

from tests.conftest import Serve
from tests.server.live.hall import Halls


@pytest.fixture
def served_hall(serve: Serve) -> Iterator[Halls]:
    """`served_hall(layout)` → Laon of a started demonstration."""
    halls = Halls(serve)
    yield halls
    halls.close()
