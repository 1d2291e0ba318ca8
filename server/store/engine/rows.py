"""The interface of both databases: statements with the values of their parameters, and the rows they find."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from server.store.engine.statements import Read, Values, Write

type Buffered = tuple[Write, Values]
"""A write that waits, with its values."""


@dataclass(frozen=True, slots=True)
class Query:
    """A read and the values of its parameters."""

    statement: Read[Any]
    values: Values

    @property
    def identity(self) -> tuple[object, ...]:
        """A value that is equal for two reads of the same rows."""
        return (self.statement, *self.values.items())


BUSY_DEADLINE_S = 5.0
"""How long a write waits for a database that another process holds or that is away, before it is refused."""
DATABASE_ERRORS = (sqlite3.Error, psycopg.Error)
"""What a database raises: the transaction in which it did so is lost."""


class Rows(ABC):
    """Rows to read: of a transaction, or of a connection that only reads."""

    def one[R](self, statement: Read[R], **values: object) -> R | None:
        """The first row, or None."""
        found = self.found(statement, values)
        return found[0] if found else None

    def all[R](self, statement: Read[R], **values: object) -> list[R]:
        """Every row."""
        return self.found(statement, values)

    @abstractmethod
    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        """Every row that a statement finds with these values."""


class WrittenRows(Rows):
    """The rows of a transaction: it reads, and writes at once."""

    @abstractmethod
    def several(self, queries: Sequence[Query]) -> list[list[Any]]:
        """Every row of each query, in one round trip."""

    @abstractmethod
    def run(self, write: Write, values: Values) -> int:
        """Execute a write; the number of rows it changed."""

    def execute(self, write: Write, **values: object) -> int:
        """Execute a write; the number of rows it changed."""
        return self.run(write, values)

    @abstractmethod
    def run_many(self, writes: Sequence[Buffered]) -> None:
        """Execute writes in order, at once or before the next read."""

    @abstractmethod
    def hand_on(self) -> None:
        """Lets the database begin with the writes it has not seen yet, while we go on."""
