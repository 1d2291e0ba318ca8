"""Reads of PostgreSQL outside a transaction: SQLAlchemy executes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Values


@lru_cache(1_000)
def _text(sql: str) -> TextClause:
    return text(sql)


@contextmanager
def reading(engine: Engine) -> Iterator["Reads"]:
    """Opens a connection that only reads. It raises the driver's own errors, as a write does."""
    try:
        with engine.connect() as connection:
            yield Reads(connection)
    except DBAPIError as error:
        raise error.orig or error from error


class Reads(Rows):
    """Rows of one connection that only reads; each statement sees what is committed then."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def found(self, statement: str | Read[Any], values: Values) -> Sequence[Any]:
        if isinstance(statement, str):
            return self._connection.execute(_text(statement), values).mappings().all()
        expression = statement.expression(self._connection.dialect)
        return [statement.made(row) for row in self._connection.execute(expression, values)]
