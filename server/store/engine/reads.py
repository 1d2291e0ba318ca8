"""Reads of PostgreSQL outside a transaction: SQLAlchemy executes them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Values


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

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        expression = statement.expression(self._connection.dialect)
        return [statement.made(row) for row in self._connection.execute(expression, values)]
