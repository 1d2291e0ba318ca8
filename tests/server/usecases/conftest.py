"""One hall on each kind of database, with two counters open for one service, for tests that call people."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cache

import pytest

from server.clock import Clock
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from tests.conftest import FreshDatabase
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE
from tests.server.usecases.days.watched_hall import MORNING, a_new_hall
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

type Halls = Callable[[str], Database]


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
def halls(fresh_database: FreshDatabase, hands: Hands, by_call: Collection[str]) -> Iterator[Halls]:
    """`halls(kind)`: one hall on each kind of database; every test begins with it as it was published."""
    with ExitStack() as standing:

        @cache
        def hall_on(kind: str) -> Database:
            url = standing.enter_context(fresh_database(kind))
            found = database_with_hall(url, hands, HALL, by_call=by_call)
            standing.callback(found.close)
            return found

        yield hall_on


@pytest.fixture
def database(database_kind: str, halls: Halls, hands: Hands) -> Iterator[Database]:
    hands.now = MORNING
    database = halls(database_kind)
    a_new_hall(database, database.hall_id(HALL))
    for counter in (COUNTER, OTHER):
        open_counter(database, counter, AGENT, SessionRequest(services=[SERVICE]))
    yield database
    with snapshot(database) as rows:
        assert differences(rows, database.hall_id(HALL)) == []
