"""Reads of PostgreSQL outside a transaction: SQLAlchemy executes them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, overload

from sqlalchemy import Connection, CursorResult, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError

from server.store.engine.statements import Read


@lru_cache(1_000)
def _text(sql: str) -> TextClause:
    return text(sql)


@contextmanager
def reading(engine: Engine) -> "Iterator[Reads]":
    """A connection that only reads. What the database raises is the driver's own error, as in a write."""
    try:
        with engine.connect() as connection:
            yield Reads(connection)
    except DBAPIError as error:
        raise error.orig or error from error


class Reads:
    """Rows of one connection that only reads, each statement for itself."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @overload
    def one(self, statement: str, **values: Any) -> Any: ...
    @overload
    def one[R](self, statement: Read[R], **values: object) -> R | None: ...
    def one(self, statement: str | Read[Any], **values: Any) -> Any:
        """The first row of a query, or None."""
        if isinstance(statement, str):
            return self._connection.execute(_text(statement), values).mappings().first()
        found = self._executed(statement, values).first()
        return None if found is None else statement.made(found)

    @overload
    def all(self, statement: str, **values: Any) -> Sequence[Any]: ...
    @overload
    def all[R](self, statement: Read[R], **values: object) -> list[R]: ...
    def all(self, statement: str | Read[Any], **values: Any) -> Sequence[Any]:
        """Every row of a query."""
        if isinstance(statement, str):
            return self._connection.execute(_text(statement), values).mappings().all()
        return [statement.made(row) for row in self._executed(statement, values)]

    def _executed(self, statement: Read[Any], values: Mapping[str, Any]) -> CursorResult[Any]:
        return self._connection.execute(statement.expression(self._connection.dialect), values)
