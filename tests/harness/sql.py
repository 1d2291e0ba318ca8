"""Tables, and statements that a test writes as SQL: the store knows only expressions (decision 55)."""

from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from server.clock import Clock
from server.store.engine.statements import Write
from server.store.operation.migrating import migrate
from server.store.transactions.database import Database


def make_tables(url: str) -> None:
    """Brings an empty database to the newest schema."""
    database = Database(url, Clock())
    migrate(database)
    database.close()


def all_rows(database: Database, statement: str, **values: object) -> list[dict[str, Any]]:
    """Every row that is committed and that a statement with `:name` parameters finds.

    Values are as the driver returns them: an instant is a number, a document the text of its JSON.
    """
    with database.store.readers.connect() as connection:
        return [dict(row) for row in connection.execute(_as_text(statement), values).mappings()]


def one_row(database: Database, statement: str, **values: object) -> dict[str, Any]:
    """The first row that a statement finds. An AssertionError where there is none."""
    found = all_rows(database, statement, **values)
    assert found, statement
    return found[0]


def execute(database: Database, statement: str, **values: object) -> int:
    """Executes a statement in a write transaction of its own; the number of rows it changed."""
    with database.store.write() as rows:
        return rows.execute(as_write(statement), **values)


@lru_cache(500)
def as_write(statement: str) -> Write:
    """A statement that a write transaction of the store executes; what it finds is ignored."""
    return Write(_as_text(statement))


@lru_cache(500)
def _as_text(statement: str) -> TextClause:
    return text(statement)
