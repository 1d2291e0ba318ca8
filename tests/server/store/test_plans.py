"""How databases find rows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Dialect, String, column, text

from server.domain.author import Author
from server.domain.facts import FactKind
from server.store.configuration.halls import LOCKED_HALL
from server.store.counters import open_places
from server.store.engine.statements import POSTGRESQL, SQLITE, Read, Rows, Values, WrittenRows
from server.store.journal.pages import FactRange, newest_facts
from server.store.quality.figures import sessions_opened_between
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from tests.harness.sql import as_write
from tests.server.store.journals import opened_hall
from tests.server.usecases.quality.figures_history import Hands


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan of SQLite."""

    id: int
    parent: int
    notused: int
    detail: str


def plan_on_sqlite(rows: Rows, sql: str, values: Values) -> list[str]:
    """How SQLite would find the rows of a statement."""
    explaining = text(f"EXPLAIN QUERY PLAN {sql}").columns(*map(column, Step.__slots__))
    return [step.detail for step in rows.all(Read(Step, explaining), **values)]


def plan_on_postgresql(rows: Rows, sql: str) -> list[str]:
    """How PostgreSQL would find the rows of a statement without parameters."""
    return rows.all(Read(str, text(f"EXPLAIN {sql}").columns(column("QUERY PLAN", String))))


def test_rows_are_found_by_index_also_while_a_table_is_small_and_counted(postgresql_url: str):
    """A plan is kept with its statement: one that reads a table of one row whole reads thousands later."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    with database.store.write() as rows:
        plan = plan_on_postgresql(rows, LOCKED_HALL.text(POSTGRESQL, {}).sql.replace("$1", "'any'"))
    database.close()
    assert not [line for line in plan if "Seq Scan" in line]


def test_no_plan_is_compiled_for_being_without_an_index(postgresql_url: str):
    """Without one a plan counts as dearer than what PostgreSQL compiles, which takes a tenth of a second."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.write() as rows:
        plan = plan_on_postgresql(rows, "ANALYZE SELECT id FROM hall WHERE slug || id = 'any'")
    database.close()
    assert [line for line in plan if "Seq Scan" in line]
    assert not [line for line in plan if "JIT" in line]


class Explained(Rows):
    """Finds nothing, and keeps in `plan` how the database would find it."""

    def __init__(self, rows: WrittenRows, dialect: Dialect) -> None:
        self.rows, self.dialect = rows, dialect
        self.plan: list[str] = []

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        written = statement.text(self.dialect, values)
        encoded = written.encoded(values)
        if self.dialect is SQLITE:
            self.plan += plan_on_sqlite(self.rows, written.sql, encoded)
        else:
            literals = [repr(encoded[name]) for name in written.names]
            sql = re.sub(r"\$(\d+)", lambda found: literals[int(found[1]) - 1], written.sql)
            self.plan += plan_on_postgresql(self.rows, sql)
        return []


@contextmanager
def explained(database: Database) -> Iterator[Explained]:
    """How queries are answered where tables are too large to be read whole."""
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.execute(as_write("SET LOCAL enable_seqscan = off"))
        yield Explained(rows, POSTGRESQL if database.store.is_postgresql else SQLITE)


def test_sessions_of_a_period_are_found_in_their_order_without_those_before(database_url: str):
    hands = Hands()
    database = opened_hall(database_url, hands)
    hall = database.hall_id("laon")
    with explained(database) as rows:
        sessions_opened_between(rows, hall, hands.now - timedelta(days=1), hands.now)
        assert [line for line in rows.plan if "ix_counter_session_opened" in line], rows.plan
        assert not [line for line in rows.plan if "counter_session_hall" in line], rows.plan
    with explained(database) as rows:
        open_places(rows, hall)
        assert rows.plan
        assert not [line for line in rows.plan if "ix_counter_session_opened" in line], rows.plan
    author, taken = Author("agent"), SessionRequest(take_over=True)
    for _ in range(3):
        open_counter(database, "laon-g1", author, taken)
        hands.now += timedelta(days=2)
    with database.read() as rows:
        found = sessions_opened_between(rows, hall, hands.now - timedelta(days=4), hands.now)
    database.close()
    assert [(hands.now - each.opened_at).days for each in found] == [4, 2]


def test_a_rare_kind_of_fact_is_found_along_its_index(database_url: str):
    """The condition of the index stands in the query in the index's own words, or it is walked past."""
    database = opened_hall(database_url, Hands())
    for kind, index in ((FactKind.DAY_CLOSED, "ix_hall_fact_kind"), (FactKind.LEG_CALLED, "hall_fact")):
        stretch = FactRange(database.hall_id("laon"), 0, 1_000_000, [kind])
        with explained(database) as rows:
            newest_facts(rows, stretch, 100)
            assert [line for line in rows.plan if index in line], rows.plan
            assert not [line for line in rows.plan if "TEMP B-TREE" in line], rows.plan
    database.close()
