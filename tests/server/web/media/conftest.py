"""One bureau for the tests of a module, and its library emptied after each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from server.store.engine.stores import snapshot
from server.store.journal.rebuild import installation_differences
from tests.conftest import FreshDatabase
from tests.server.web.api_site import ApiSite
from tests.server.web.media.bureau import Bureau

type Bureaus = Callable[[str], Bureau]


@pytest.fixture(scope="module")
def bureaus(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureaus]:
    """`bureaus(kind)`: one bureau on each kind of database, for all tests of a module."""
    with ExitStack() as standing:

        @cache
        def bureau_on(kind: str) -> Bureau:
            url = standing.enter_context(fresh_database(kind))
            site = ApiSite(url, tmp_path_factory.mktemp("bureau"))
            standing.callback(site.database.close)
            return Bureau(site)

        yield bureau_on


@pytest.fixture
def bureau(bureaus: Bureaus, database_kind: str) -> Iterator[Bureau]:
    """The bureau, with an empty library. After any test, the rows follow from the journal."""
    found = bureaus(database_kind)
    yield found
    found.empty()
    with snapshot(found.site.database) as rows:
        assert installation_differences(rows) == []
