"""One hall on each kind of database, with two counters open for one service, for tests that call people."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.clock import Clock
from server.store.engine.snapshots import snapshot
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE
from tests.server.usecases.days.watched_hall import MORNING, a_new_hall
from tests.server.usecases.quality.figures_history import Hands, database_with_hall


class Ticking(Hands):
    """No two readings of the clock are equal."""

    def clock(self) -> Clock:
        return Clock(now=self.tick)

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Ticking(MORNING)


@pytest.fixture(scope="module")
def by_call() -> Collection[str]:
    """The services of which a call counts as the arrival: none, unless a module says otherwise."""
    return ()


@pytest.fixture(scope="module")
def halls(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_sqlite: Path,
    request: pytest.FixtureRequest,
    hands: Hands,
    by_call: Collection[str],
) -> Iterator[dict[str, Database]]:
    """One hall on each kind of database: every test begins with it as it was published."""
    place = tmp_path_factory.mktemp("verbs") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    cluster = request.getfixturevalue("postgresql")
    name = cluster.new_database(request.getfixturevalue("migrated_postgresql"))
    urls = {"sqlite": f"sqlite:///{place}", "postgresql": cluster.url(name)}
    found = {kind: database_with_hall(url, hands, HALL, by_call=by_call) for kind, url in urls.items()}
    yield found
    for database in found.values():
        database.close()
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, halls: dict[str, Database], hands: Hands) -> Iterator[Database]:
    database = halls[request.param]
    hands.now = MORNING
    a_new_hall(database, database.hall_id(HALL))
    for counter in (COUNTER, OTHER):
        open_counter(database, counter, AGENT, SessionRequest(services=[SERVICE]))
    yield database
    with snapshot(database) as rows:
        assert differences(rows, database.hall_id(HALL)) == []
