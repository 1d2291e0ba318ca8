"""The API in this process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from tests.conftest import Serve
from tests.harness.servers.databases import PostgresqlCluster
from tests.server.live.hall import Halls
from tests.server.web.api_site import TUESDAY_AT_TEN, ApiSite, publish_both_halls


@pytest.fixture(scope="session")
def halls_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with both halls, to copy."""
    place = tmp_path_factory.mktemp("halls") / "parvis.db"
    shutil.copy(migrated_sqlite, place)
    publish_both_halls(f"sqlite:///{place}")
    return place


@pytest.fixture(scope="session")
def halls_postgresql(postgresql: PostgresqlCluster, migrated_postgresql: str) -> str:
    """Name of a PostgreSQL database with both halls, to copy."""
    name = postgresql.new_database(migrated_postgresql)
    publish_both_halls(postgresql.url(name))
    return name


@pytest.fixture
def halls_sqlite_url(tmp_path: Path, halls_sqlite: Path) -> str:
    """A fresh SQLite database with both halls."""
    place = tmp_path / "parvis.db"
    shutil.copy(halls_sqlite, place)
    return f"sqlite:///{place}"


@pytest.fixture
def halls_postgresql_url(postgresql: PostgresqlCluster, halls_postgresql: str) -> Iterator[str]:
    """A fresh PostgreSQL database with both halls."""
    name = postgresql.new_database(halls_postgresql)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture
def api(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[ApiSite]:
    url = request.getfixturevalue(f"halls_{database_kind}_url")
    found = ApiSite(url, tmp_path, has_halls=True)
    yield found
    found.close()


@pytest.fixture
def one_instant() -> Iterator[None]:
    """The requests of this test are made within a minute, even on a slow machine."""
    with time_machine.travel(TUESDAY_AT_TEN, tick=False):
        yield


@pytest.fixture
def served_hall(serve: Serve) -> Iterator[Halls]:
    """`served_hall(layout)` → Laon of a started demonstration."""
    halls = Halls(serve)
    yield halls
    halls.close()
