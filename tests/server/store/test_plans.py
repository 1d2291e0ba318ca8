"""How databases find rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from server.domain.author import Author
from server.domain.facts import FactKind
from server.domain.instants import to_micros
from server.store.counters import open_sessions
from server.store.journal.pages import Stretch, newest_facts
from server.store.quality.figures import sessions_opened_between
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import SELECT_HALL
from server.usecases.counters.counter_sessions import WantedSession, open_counter
from tests.server.store.journals import opened_hall
from tests.server.usecases.quality.figures_history import Hands


def test_rows_are_found_by_index_also_while_a_table_is_small_and_counted(postgresql_url: str):
    """A plan is kept with its statement: one that reads a table of one row whole reads thousands later."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    with database.store.write() as rows:
        plan = rows.all("EXPLAIN " + SELECT_HALL.replace(":hall", "'any'"))
    database.close()
    assert not [line for line in plan if "Seq Scan" in line["QUERY PLAN"]]


def test_no_plan_is_compiled_for_being_without_an_index(postgresql_url: str):
    """Without one a plan counts as dearer than what PostgreSQL compiles, which takes a tenth of a second."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.write() as rows:
        plan = rows.all("EXPLAIN ANALYZE SELECT id FROM hall WHERE slug || id = 'any'")
    database.close()
    assert [line for line in plan if "Seq Scan" in line["QUERY PLAN"]]
    assert not [line for line in plan if "JIT" in line["QUERY PLAN"]]


class Explained:
    """Answers how a query would be answered."""

    def __init__(self, rows: Any, prefix: str) -> None:
        self.rows, self.prefix = rows, prefix

    def all(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        for name, value in values.items():
            sql = sql.replace(f":{name}", repr(value))
        plan = self.rows.all(f"{self.prefix} {sql}")
        return [{"position": 0, "line": " ".join(str(part) for part in dict(line).values())} for line in plan]


@contextmanager
def explained(database: Database) -> Iterator[Explained]:
    """How queries are answered where tables are too large to be read whole."""
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.run("SET LOCAL enable_seqscan = off", {})
        yield Explained(rows, "EXPLAIN" if database.store.is_postgresql else "EXPLAIN QUERY PLAN")


def test_sessions_of_a_period_are_found_in_their_order_without_those_before(database_url: str):
    hands = Hands()
    database = opened_hall(database_url, hands)
    hall = database.hall_id("laon")
    with explained(database) as rows:
        plan = sessions_opened_between(rows, hall, hands.now - timedelta(days=1), hands.now)
        assert [line for line in plan if "ix_counter_session_opened" in line["line"]], plan
        assert not [line for line in plan if "counter_session_hall" in line["line"]], plan
        plan = open_sessions(rows, hall)
        assert not [line for line in plan if "ix_counter_session_opened" in line["line"]], plan
    author, taken = Author("agent"), WantedSession(take_over=True)
    for _ in range(3):
        open_counter(database, "laon-g1", author, taken)
        hands.now += timedelta(days=2)
    with database.read() as rows:
        found = sessions_opened_between(rows, hall, hands.now - timedelta(days=4), hands.now)
    database.close()
    assert [(to_micros(hands.now) - row["opened_at"]) // 86_400_000_000 for row in found] == [4, 2]


def test_a_rare_kind_of_fact_is_found_along_its_index(database_url: str):
    """The condition of the index stands in the query in the index's own words, or it is walked past."""
    database = opened_hall(database_url, Hands())
    with explained(database) as rows:
        for kind, index in ((FactKind.DAY_CLOSED, "ix_hall_fact_kind"), (FactKind.LEG_CALLED, "hall_fact")):
            stretch = Stretch(database.hall_id("laon"), 0, 1_000_000, [kind])
            plan = newest_facts(rows, stretch, 100)
            assert [line for line in plan if index in line["line"]], plan
            assert not [line for line in plan if "TEMP B-TREE" in line["line"]], plan
    database.close()
