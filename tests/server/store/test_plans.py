"""How databases find rows."""

from typing import Any

from server.domain.facts import FactKind
from server.store.hall_transaction import SELECT_HALL
from server.store.journal_pages import Stretch, newest_facts
from tests.server.store.journals import opened_hall
from tests.server.usecases.figures_history import Hands


def test_rows_are_found_by_index_also_while_a_table_is_small_and_counted(postgresql_url: str):
    """A plan is kept with its statement: one that reads a table of one row whole reads thousands later."""
    database = opened_hall(postgresql_url, Hands())
    with database.store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    with database.store.write() as rows:
        plan = rows.all("EXPLAIN " + SELECT_HALL.replace(":hall", "'any'"))
    database.close()
    assert not [line for line in plan if "Seq Scan" in line["QUERY PLAN"]]


class Explained:
    """Answers how a query would be answered."""

    def __init__(self, rows: Any, prefix: str) -> None:
        self.rows, self.prefix = rows, prefix

    def all(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        for name, value in values.items():
            sql = sql.replace(f":{name}", repr(value))
        plan = self.rows.all(f"{self.prefix} {sql}")
        return [{"position": 0, "line": " ".join(str(part) for part in dict(line).values())} for line in plan]


def test_a_rare_kind_of_fact_is_found_along_its_index(database_url: str):
    """The condition of the index stands in the query in the index's own words, or it is walked past."""
    database = opened_hall(database_url, Hands())
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.run("SET LOCAL enable_seqscan = off", {})
            explained = Explained(rows, "EXPLAIN")
        else:
            explained = Explained(rows, "EXPLAIN QUERY PLAN")
        for kind, index in ((FactKind.DAY_CLOSED, "ix_hall_fact_kind"), (FactKind.LEG_CALLED, "hall_fact")):
            stretch = Stretch(database.hall_id("laon"), 0, 1_000_000, [kind])
            plan = newest_facts(explained, stretch, 100)
            assert [line for line in plan if index in line["line"]], plan
            assert not [line for line in plan if "TEMP B-TREE" in line["line"]], plan
    database.close()
