"""What both databases answer to: SQL texts with `:name` parameters, rows by column name."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, overload

import psycopg

from server.store.engine.statements import Read, Write

type Row = Mapping[str, Any]
type Buffered = tuple[str | Write, Mapping[str, Any]]
"""A write that waits, with its values."""


@dataclass(frozen=True, slots=True)
class Query:
    """A read and the values of its parameters."""

    statement: str | Read[Any]
    values: Mapping[str, Any]
    is_own: bool = False
    """Whether only work that asks the very same can change what it finds."""


BUSY_DEADLINE_S = 5.0
"""How long a write waits for a database that another process holds or that is away, before it is refused."""
DATABASE_ERRORS = (sqlite3.Error, psycopg.Error)
"""What a database raises: the transaction in which it did so is lost."""


class Rows(Protocol):
    """What reads: a transaction, or a connection that only reads.

    A statement may still be a text with `:name` parameters, whose rows are mappings: those become `Read`s.
    """

    @overload
    def one(self, statement: str, **values: Any) -> Any:
        """The first row, or None."""

    @overload
    def one[R](self, statement: Read[R], **values: object) -> R | None:
        """The first row, or None."""

    @overload
    def all(self, statement: str, **values: Any) -> Sequence[Any]:
        """Every row."""

    @overload
    def all[R](self, statement: Read[R], **values: object) -> list[R]:
        """Every row."""


class WrittenRows(Rows, Protocol):
    """What a transaction works with: it reads, and writes at once."""

    def several(self, queries: Sequence[Query]) -> list[Sequence[Any]]:
        """Every row of each query, in one round trip."""

    def run(self, statement: str | Write, values: Mapping[str, Any]) -> int:
        """Execute a write; the number of rows it changed."""

    def execute(self, write: Write, **values: object) -> int:
        """Execute a write; the number of rows it changed."""

    def run_many(self, statements: Sequence[Buffered]) -> None:
        """Execute writes in order, at once or with what is asked next."""

    def hand_on(self) -> None:
        """Lets the database begin with the writes it has not seen yet, while we go on."""
