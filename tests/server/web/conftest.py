"""The API in this process, on each database or on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.server.live.hall import Halls
from tests.server.web.api_site import ApiSite


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    """On each kind of database."""
    found = ApiSite(database_url, tmp_path)
    yield found
    found.close()


@pytest.fixture
def api(sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    """On SQLite, where the database makes no difference."""
    found = ApiSite(sqlite_url, tmp_path)
    yield found
    found.close()


@pytest.fixture
def served_hall(serve: Serve) -> Iterator[Halls]:
    """`served_hall(layout)` → Laon of a started demonstration."""
    halls = Halls(serve)
    yield halls
    halls.close()
