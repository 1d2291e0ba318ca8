"""Fixtures for every test. What a fixture starts lives in tests/harness."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page

from hardware.speech import AudioFiles
from server.app import CATALOGUES
from server.clock import Clock
from server.language import Catalogues
from server.store.operation.migrating import migrate
from server.store.transactions.database import Database
from signage.alert_texts import prepared_alerts, spoken_alert
from tests.harness.cheap_passwords import make_passwords_cheap
from tests.harness.chromium import Pages, running_chromium
from tests.harness.counts import count
from tests.harness.made_once import make_once
from tests.harness.programs import PROJECT
from tests.harness.servers.moved_served import MovedServed
from tests.harness.servers.postgresql import PostgresqlCluster
from tests.harness.servers.redis_server import RedisServer
from tests.harness.servers.served import Layout, Served
from tests.harness.sharing import machine, made_by_the_first

os.environ.setdefault("TZ", "Europe/Paris")
for name in [name for name in os.environ if name.startswith("PARVIS_") and name != "PARVIS_TEST_COUNTS"]:
    del os.environ[name]

MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 6 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
    # what tests write is thrown away: on a disk each fresh database costs a third of a second
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)

make_passwords_cheap()
make_once()

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


NEEDS = {
    "browser": {"browser"},
    "postgresql": {"postgresql", "redis_server"},
    "served": {"serve", "serve_at", "standing"},
}
"""By the name of a marker the fixtures that give it to a test."""


def needs_of(item: pytest.Item) -> set[str]:
    """The markers of `NEEDS` that a test gets from its fixtures and its parameters."""
    fixtures = set(getattr(item, "fixturenames", ()))
    found = {marker for marker, names in NEEDS.items() if fixtures & names}
    values = getattr(item, "callspec", None)
    if values is not None and {"postgresql", "workers"} & {
        each for each in values.params.values() if isinstance(each, str)
    }:
        found.add("postgresql")
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests by what they need.

    Those marked `long` come first, so that none is left at the end, and those marked `alone` last.
    """
    for item in items:
        for marker in needs_of(item):
            item.add_marker(marker)
    items.sort(key=lambda item: (bool(item.get_closest_marker("alone")), not item.get_closest_marker("long")))


gc.disable()  # until all is collected: what is imported stays, and a third of the time went into walking it


def pytest_collection_finish() -> None:
    """What was imported and collected lasts to the end: the collector need not walk it again and again."""
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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlCluster]:
    """This worker's own PostgreSQL cluster."""
    with PostgresqlCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """This worker's own Redis."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def empty_postgresql_url(postgresql: PostgresqlCluster) -> Iterator[str]:
    """A fresh PostgreSQL database without tables."""
    name = postgresql.new_database()
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'parvis.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database without tables; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables, to copy."""
    place = tmp_path_factory.mktemp("migrated") / "parvis.db"
    make_tables(f"sqlite:///{place}")
    return place


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgresqlCluster) -> str:
    """Name of a PostgreSQL database with the tables, to copy."""
    name = postgresql.new_database()
    make_tables(postgresql.url(name))
    return name


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A fresh SQLite database with the tables."""
    place = tmp_path / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{place}"


@pytest.fixture
def postgresql_url(postgresql: PostgresqlCluster, migrated_postgresql: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the tables."""
    name = postgresql.new_database(migrated_postgresql)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the tables; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def make_tables(url: str) -> None:
    """Brings an empty database to the newest schema."""
    database = Database(url, Clock())
    migrate(database)
    database.close()


# --- the real server --------------------------------------------------------------------------

Serve = Callable[..., Served]
ServeAt = Callable[..., MovedServed]


@pytest.fixture(scope="session")
def prepared_voices(run_folder: Path) -> Path:
    """A folder `audio` with the voices that a server at rest prepares, made once for all workers of a run."""
    return made_by_the_first(run_folder / "voices", prepare_voices)


@pytest.fixture(scope="session")
def demonstration_sqlite(prepared_voices: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration's database and demo.json, to copy; printers keep their ports."""
    return make_demonstration(tmp_path_factory.mktemp("demonstration-sqlite"), prepared_voices)


@pytest.fixture(scope="session")
def demonstration_postgresql(
    prepared_voices: Path, postgresql: PostgresqlCluster, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A folder with demo.json and the name of the demonstration's database, to copy."""
    name = postgresql.new_database()
    folder = tmp_path_factory.mktemp("demonstration-postgresql")
    return make_demonstration(folder, prepared_voices, database_url=postgresql.url(name)), name


def make_demonstration(folder: Path, voices: Path, **settings: Any) -> Path:
    """Makes the five sites with the command a person uses."""
    Served(folder, **settings).parvis("demo")
    shutil.copytree(voices / "audio", folder / "audio", dirs_exist_ok=True)
    return folder


def prepare_voices(folder: Path) -> None:
    """Speaks each alert that a server at rest prepares."""
    voices, translate = AudioFiles(folder / "audio"), Catalogues(CATALOGUES).translate
    for alert in prepared_alerts():
        voices.small_file(spoken_alert(alert, translate), "fr")


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    """`serve(layout="embedded" | "workers", demonstration=True, **settings)` → a started, ready server.

    `embedded` is one process on SQLite, `workers` two gunicorn workers on PostgreSQL and Redis. With
    `demonstration` the database holds the five sites and `.demonstration` their tokens; without, only tables.
    One demonstration at a time: its copies share the ports of their printers.
    """
    with ExitStack() as running:
        yield lambda *layout, **how: _made(request, running, tmp_path / "var", *layout, **how).start()


@pytest.fixture
def serve_at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServeAt]:
    """`serve_at(hour, minute, layout, **settings)` → as `serve`, with real hours, a Tuesday at that hour."""
    with ExitStack() as running:

        def at(hour: int, minute: int, layout: Layout = "embedded", **settings: Any) -> MovedServed:
            server = _made(request, running, tmp_path / "var", layout, served=MovedServed, **settings)
            assert isinstance(server, MovedServed)
            return server.at(hour, minute).start()

        yield at


@pytest.fixture(scope="module")
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """As `serve`, but a layout with its settings is one server for all tests of a module."""
    known: dict[Any, Served] = {}
    with ExitStack() as running:

        def stand(layout: Layout = "embedded", **settings: Any) -> Served:
            key = layout, frozenset(settings.items())
            if key not in known:
                var = tmp_path_factory.mktemp(layout)
                known[key] = _made(request, running, var, layout, **settings).start()
            return known[key]

        yield stand


def _made(
    request: pytest.FixtureRequest,
    running: ExitStack,
    var: Path,
    layout: Layout = "embedded",
    *,
    demonstration: bool = True,
    served: type[Served] = Served,
    **settings: Any,
) -> Served:
    """A server with its database, that lasts as long as `running`."""
    kind = "sqlite" if layout == "embedded" else "postgresql"
    made = request.getfixturevalue(f"demonstration_{kind}") if demonstration else None
    chosen: dict[str, Any] = dict(settings)
    if layout == "workers":
        template = made[1] if made else request.getfixturevalue("migrated_postgresql")
        database_url = running.enter_context(_copy(request.getfixturevalue("postgresql"), template))
        redis_url = request.getfixturevalue("redis_server").url
        chosen |= {"redis_url": redis_url, "workers": 2, "database_url": database_url}
    server = running.enter_context(served(var, **chosen))
    if made is None:
        server.parvis("migrate")
    else:
        server.take_demonstration(made if layout == "embedded" else made[0])
    return server


@contextmanager
def _copy(cluster: PostgresqlCluster, template: str) -> Iterator[str]:
    name = cluster.new_database(template)
    yield cluster.url(name)
    cluster.drop(name)


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
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def pages(browser: Browser) -> Iterator[Pages]:
    """Opens pages, each in its own context; the test fails if one had an error or broke its policy."""
    opened = Pages(browser)
    yield opened
    opened.close()
    assert not opened.troubles, "\n".join(opened.troubles)


@pytest.fixture
def page(pages: Pages) -> Page:
    """One empty page, 1366×768, French."""
    return pages.open()
