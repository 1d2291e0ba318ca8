"""How PostgreSQL finds the rows of a transaction."""

from server.store.hall_transaction import SELECT_HALL
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
