"""Fixtures for every test.

What a fixture starts lives in tests/harness, and the fixture imports it: a test of a rule loads none of it.
"""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.harness.counts import count
from tests.harness.needs import needs_of
from tests.harness.programs import PROJECT
from tests.harness.sharing import machine, made_by_the_first

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.harness.chromium import Pages
    from tests.harness.dom.dom_pages import DomPage, DomPages, NodeDom
    from tests.harness.servers.databases import PostgresqlCluster, RedisServer
    from tests.harness.servers.moved_served import MovedServed
    from tests.harness.servers.served import Layout, Served

type FreshDatabase = Callable[[str], AbstractContextManager[str]]
type Serve = Callable[..., Served]
type ServeAt = Callable[..., MovedServed]

os.environ.setdefault("TZ", "Europe/Paris")
time.tzset()  # the hour may have been read before
for name in [name for name in os.environ if name.startswith("PARVIS_") and name != "PARVIS_TEST_COUNTS"]:
    del os.environ[name]

MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 6 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
    # what tests write is thrown away: on a disk each fresh database costs a third of a second
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)

hypothesis_settings.register_profile(
    "parvis",
    max_examples=count(small=40, large=2_000),
    deadline=None,
    derandomize=count(small=1, large=0) == 1,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("parvis")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests by what they need.

    Those marked `long` come first, so that none is left at the end, and those marked `alone` last. One that
    drives Chromium while others run beside it is tried once more when it fails (docs/decisions/0082).
    """
    is_beside_others = "PYTEST_XDIST_WORKER" in os.environ
    for item in items:
        for marker in needs_of(item):
            item.add_marker(marker)
        if is_beside_others and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: (bool(item.get_closest_marker("alone")), not item.get_closest_marker("long")))


CHEAPER = {
    "server.usecases.people.sessions": ("tests.harness.commands", "make_passwords_cheap"),
    "server.app": ("tests.harness.made_once", "make_once"),
}
"""By a module of the product that tests have imported: what makes it cheap for many tests."""

gc.disable()  # until all is collected: what is imported stays, and a third of the time went into walking it


def pytest_collection_finish() -> None:
    """What was imported and collected lasts to the end: the collector need not walk it again and again."""
    for module, (cheaper, make_cheaper) in CHEAPER.items():
        if module in sys.modules:
            getattr(importlib.import_module(cheaper), make_cheaper)()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


@pytest.fixture(autouse=True)
def _machine(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[None]:
    """A test marked `alone` waits until no other worker's test runs, and they wait for it."""
    with machine(run_folder, alone=request.node.get_closest_marker("alone") is not None):
        yield


# --- databases --------------------------------------------------------------------------------

DIFFERS = frozenset(
    PROJECT / "tests" / folder
    for folder in ("faults", "server/jobs", "server/sending", "server/store", "server/usecases/days")
)
"""Folders of tests that may differ between databases: what is stored, taken by one of many, or random."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests on a database run on SQLite; those of these folders or marked `both_databases` on both kinds."""
    if "database_kind" in metafunc.fixturenames:
        test = metafunc.definition
        is_on_both = test.get_closest_marker("both_databases") or not DIFFERS.isdisjoint(test.path.parents)
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"] if is_on_both else ["sqlite"])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlCluster]:
    """This worker's own PostgreSQL cluster."""
    from tests.harness.servers.databases import PostgresqlCluster

    with PostgresqlCluster(is_durable=False) as cluster:
        yield cluster


@pytest.fixture
def durable_postgresql(postgresql: PostgresqlCluster) -> Iterator[PostgresqlCluster]:
    """The same, with commits that outlive a power cut."""
    with postgresql.durable():
        yield postgresql


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """This worker's own Redis."""
    from tests.harness.servers.databases import RedisServer

    with RedisServer() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def empty_postgresql_url(postgresql: PostgresqlCluster) -> Iterator[str]:
    """A fresh PostgreSQL database without tables."""
    with postgresql.fresh() as url:
        yield url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'parvis.db'}"


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, database_kind: str) -> str:
    """A fresh database without tables."""
    url: str = request.getfixturevalue(f"empty_{database_kind}_url")
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables, to copy."""
    from tests.harness.sql import make_tables

    place = tmp_path_factory.mktemp("migrated") / "parvis.db"
    make_tables(f"sqlite:///{place}")
    return place


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgresqlCluster) -> str:
    """Name of a PostgreSQL database with the tables, to copy."""
    from tests.harness.sql import make_tables

    name = postgresql.new_database()
    make_tables(postgresql.url(name))
    return name


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many reads reached a database."""
    from server.store.engine.postgres import PostgresRows, Reads
    from server.store.engine.stores import SqliteRows

    found = Counter[str]()

    def counting(execute: Any) -> Any:
        def counted(*given: Any, **values: Any) -> Any:
            found["reads"] += 1
            return execute(*given, **values)

        return counted

    for rows in (SqliteRows, Reads, PostgresRows):
        monkeypatch.setattr(rows, "found", counting(rows.found))
    return found


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A fresh SQLite database with the tables."""
    place = tmp_path / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{place}"


@pytest.fixture
def postgresql_url(postgresql: PostgresqlCluster, migrated_postgresql: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the tables."""
    with postgresql.fresh(migrated_postgresql) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str) -> str:
    """A fresh database with the tables."""
    url: str = request.getfixturevalue(f"{database_kind}_url")
    return url


@pytest.fixture(scope="session")
def fresh_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FreshDatabase:
    """`fresh_database(kind)`: a context with the address of a database with the tables, for several tests."""

    @contextmanager
    def fresh(kind: str) -> Iterator[str]:
        if kind == "sqlite":
            place = tmp_path_factory.mktemp("database") / "parvis.db"
            shutil.copy(request.getfixturevalue("migrated_sqlite"), place)
            yield f"sqlite:///{place}"
        else:
            cluster: PostgresqlCluster = request.getfixturevalue("postgresql")
            with cluster.fresh(request.getfixturevalue("migrated_postgresql")) as url:
                yield url

    return fresh


# --- the real server --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def prepared_voices(run_folder: Path) -> Path:
    """A folder `audio` with the voices that a server at rest prepares, made once for all workers of a run."""
    from tests.harness.servers.prepared import prepare_voices

    return made_by_the_first(run_folder / "voices", prepare_voices)


@pytest.fixture(scope="session")
def demonstration_sqlite(prepared_voices: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration's database and demo.json, to copy; printers keep their ports."""
    from tests.harness.servers.prepared import make_demonstration

    return make_demonstration(tmp_path_factory.mktemp("demonstration-sqlite"), prepared_voices)


@pytest.fixture(scope="session")
def demonstration_postgresql(
    prepared_voices: Path, postgresql: PostgresqlCluster, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A folder with demo.json and the name of the demonstration's database, to copy."""
    from tests.harness.servers.prepared import make_demonstration

    name = postgresql.new_database()
    folder = tmp_path_factory.mktemp("demonstration-postgresql")
    return make_demonstration(folder, prepared_voices, database_url=postgresql.url(name)), name


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    """`serve(layout="embedded" | "workers", demonstration=True, **settings)` → a started, ready server.

    `embedded` is one process on SQLite, `workers` two gunicorn workers on PostgreSQL and Redis. With
    `demonstration` the database holds the five sites and `.demonstration` their tokens; without, only tables.
    One demonstration at a time: its copies share the ports of their printers.
    """
    from tests.harness.servers.prepared import made_server

    with ExitStack() as running:
        yield lambda *layout, **how: made_server(request, running, tmp_path / "var", *layout, **how).start()


@pytest.fixture
def serve_at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServeAt]:
    """`serve_at(hour, minute, layout, **settings)` → as `serve`, with real hours, a Tuesday at that hour."""
    from tests.harness.servers.moved_served import MovedServed
    from tests.harness.servers.prepared import made_server

    with ExitStack() as running:

        def at(hour: int, minute: int, layout: Layout = "embedded", **settings: Any) -> MovedServed:
            server = made_server(request, running, tmp_path / "var", layout, served=MovedServed, **settings)
            assert isinstance(server, MovedServed)
            return server.at(hour, minute).start()

        yield at


@pytest.fixture(scope="module")
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """As `serve`, but a layout with its settings is one server for all tests of a module."""
    from tests.harness.servers.prepared import made_server

    known: dict[Any, Served] = {}
    with ExitStack() as running:

        def stand(layout: Layout = "embedded", **settings: Any) -> Served:
            key = layout, frozenset(settings.items())
            if key not in known:
                var = tmp_path_factory.mktemp(layout)
                known[key] = made_server(request, running, var, layout, **settings).start()
            return known[key]

        yield stand


# --- browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def assets_dir() -> Path:
    """var/assets: libraries, fonts, icons and tokens as /assets serves them."""
    place = PROJECT / "var" / "assets"
    assert place.is_dir(), "run `make tools` first"
    return place


@pytest.fixture(scope="session")
def fonts_dir(assets_dir: Path) -> Path:
    """The fonts that tickets and pages are drawn with."""
    return assets_dir / "fonts"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one per worker."""
    from tests.harness.chromium import running_chromium

    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def pages(browser: Browser) -> Iterator[Pages]:
    """Opens pages, each in its own context; the test fails if one had an error or broke its policy."""
    from tests.harness.chromium import Pages

    opened = Pages(browser)
    yield opened
    opened.close()
    assert not opened.troubles, "\n".join(opened.troubles)


@pytest.fixture
def page(pages: Pages) -> Page:
    """One empty page, 1366×768, French."""
    return pages.open()


@pytest.fixture(scope="session")
def node_dom() -> Iterator[NodeDom]:
    """Node with a DOM, one process per worker."""
    from tests.harness.dom.dom_pages import running_node_dom

    with running_node_dom() as dom:
        yield dom


@pytest.fixture
def dom_pages(node_dom: NodeDom) -> Iterator[DomPages]:
    """Opens pages without a browser, each in its own context; the test fails if one had an error."""
    from tests.harness.dom.dom_pages import DomPages

    opened = DomPages(node_dom)
    yield opened
    troubles = opened.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def dom_page(dom_pages: DomPages) -> DomPage:
    """One empty page without a browser."""
    return dom_pages.open()
