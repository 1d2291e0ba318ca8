"""Rebuild: fold a hall's journal into fresh rows, compare them with the live ones, or replace these.

The fresh rows are in temporary tables: a long journal does not fit in memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import MetaData

from server.domain.journal.fold import changes
from server.domain.row_changes import Insert
from server.store.engine.buffered_writes import insert_write, update_write
from server.store.engine.rows import Buffered
from server.store.journal.facts import FACT_COLUMNS, as_recorded
from server.store.tables import PROJECTIONS, metadata

PAGE = 2_000
"""Facts folded at once."""
_FACTS = (
    f"SELECT {FACT_COLUMNS} FROM hall_fact WHERE hall = :hall AND position > :after"
    f" ORDER BY position LIMIT {PAGE}"
)


def fresh(table: str) -> str:
    """The name of the temporary table that holds a projection's fresh rows."""
    return f"fresh_{table}"


_FRESH = {table: metadata.tables[table].to_metadata(MetaData(), name=fresh(table)) for table in PROJECTIONS}


@contextmanager
def _fresh_rows(rows: Any, hall: str) -> Iterator[None]:
    """Temporary tables with what a hall's facts say. A failure leaves them to the rollback."""
    for table in PROJECTIONS:
        rows.run(f"CREATE TEMPORARY TABLE {fresh(table)} AS SELECT * FROM {table} WHERE 1 = 0", {})
        rows.run(f"CREATE UNIQUE INDEX ix_{fresh(table)} ON {fresh(table)} (id)", {})
    position = 0
    while page := rows.all(_FACTS, hall=hall, after=position):
        rows.run_many([statement for row in page for statement in _statements(row)])
        position = page[-1]["position"]
    yield
    for table in PROJECTIONS:
        rows.run(f"DROP TABLE {fresh(table)}", {})


def _statements(row: Any) -> Iterator[Buffered]:
    for change in changes(as_recorded(row)):
        table, columns = _FRESH[change.table], tuple(change.values)
        if isinstance(change, Insert):
            yield insert_write(table, columns), change.values
        else:
            yield update_write(table, columns), {**change.values, "row_id": change.id}


def _compared(rows: Any, hall: str) -> list[tuple[str, str]]:
    found = []
    for table in PROJECTIONS:
        live, new = f"SELECT * FROM {table} WHERE hall = :hall", f"SELECT * FROM {fresh(table)}"
        sql = (
            f"SELECT id FROM (SELECT * FROM ({live}) AS l EXCEPT {new}) AS more"
            f" UNION SELECT id FROM (SELECT * FROM ({new}) AS n EXCEPT {live}) AS less ORDER BY id"
        )
        found += [(table, str(row["id"])) for row in rows.all(sql, hall=hall)]
    return found


def differences(rows: Any, hall: str) -> list[tuple[str, str]]:
    """The rows (table, id) whose live values differ from the hall's journal, read in one transaction."""
    with _fresh_rows(rows, hall):
        return _compared(rows, hall)


def rebuild(database: Any, hall: str) -> list[tuple[str, str]]:
    """Replaces the projections of a hall (id or slug) by what its journal says; the rows that differed.

    The hall's lock is held throughout. Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.one("SELECT id FROM hall WHERE id = :hall FOR UPDATE", hall=hall_id)
        with _fresh_rows(rows, hall_id):
            found = _compared(rows, hall_id)
            for table in PROJECTIONS if found else ():
                rows.run(f"DELETE FROM {table} WHERE hall = :hall", {"hall": hall_id})
                rows.run(f"INSERT INTO {table} SELECT * FROM {fresh(table)}", {})
    return found
