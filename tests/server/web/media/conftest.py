"""One bureau on each kind of database, and its library emptied after each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from server.store.engine.snapshots import snapshot
from server.store.journal.rebuild_installation import installation_differences
from tests.server.web.api_site import ApiSite
from tests.server.web.media.bureau import Bureau

type Bureaus = Callable[[str], Bureau]


@pytest.fixture(scope="module")
def bureaus(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, request: pytest.FixtureRequest
) -> Iterator[Bureaus]:
    """One bureau on each kind of database, for all tests of a module."""
    made: dict[str, Bureau] = {}
    with ExitStack() as standing:

        def bureau_on(kind: str) -> Bureau:
            if kind not in made:
                var = tmp_path_factory.mktemp(kind)
                url = f"sqlite:///{var / 'parvis.db'}"
                if kind == "sqlite":
                    (var / "parvis.db").write_bytes(migrated_sqlite.read_bytes())
                else:
                    cluster = request.getfixturevalue("postgresql")
                    name = cluster.new_database(request.getfixturevalue("migrated_postgresql"))
                    standing.callback(cluster.drop, name)
                    url = cluster.url(name)
                site = ApiSite(url, var)
                standing.callback(site.database.close)
                made[kind] = Bureau(site)
            return made[kind]

        yield bureau_on


def _used(found: Bureau) -> Iterator[Bureau]:
    """The bureau, with an empty library. After any test, the rows follow from the journal."""
    yield found
    found.empty()
    with snapshot(found.site.database) as rows:
        assert installation_differences(rows) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def bureau(bureaus: Bureaus, request: pytest.FixtureRequest) -> Iterator[Bureau]:
    """On each kind of database."""
    yield from _used(bureaus(request.param))


@pytest.fixture
def lone(bureaus: Bureaus) -> Iterator[Bureau]:
    """On SQLite, where the database makes no difference."""
    yield from _used(bureaus("sqlite"))
