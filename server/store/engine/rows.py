"""What both databases answer to: SQL texts with `:name` parameters, rows by column name."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """A read: its SQL text and the values of its `:name` parameters."""

    sql: str
    values: Mapping[str, Any]
    is_own: bool = False
    """Whether only work that asks the very same can change what it finds."""


BUSY_DEADLINE_S = 5.0
"""How long a write waits for a database that another process holds or that is away, before it is refused."""
DATABASE_ERRORS = (sqlite3.Error, psycopg.Error)
"""What a database raises: the transaction in which it did so is lost."""


class Rows(Protocol):
    """What a transaction or a read works with."""

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row, or None."""

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        """Every row."""

    def several(self, queries: Sequence[Query]) -> list[Sequence[Row]]:
        """Every row of each query, in one round trip."""

    def run(self, sql: str, values: Mapping[str, Any]) -> int:
        """Execute a write; the number of rows it changed."""

    def run_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Execute writes in order, at once or with what is asked next."""

    def hand_on(self) -> None:
        """Lets the database begin with the writes it has not seen yet, while we go on."""
