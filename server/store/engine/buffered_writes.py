"""Buffered writes of a transaction: executed in one go before the next read or at the commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam

from server.domain.row_changes import Insert, InstallationChange, Sum, Update
from server.store.engine.rows import Buffered, Query, Rows, WrittenRows
from server.store.engine.statements import Read, Values, Write
from server.store.tables import metadata


@cache
def insert_write(table: Table, columns: tuple[str, ...]) -> Write:
    """The INSERT of these columns, of values as rows keep them."""
    return Write(table.insert(), *columns, is_encoded=False)


@cache
def update_write(table: Table, columns: tuple[str, ...]) -> Write:
    """The UPDATE of these columns of the row `row_id`, to values as rows keep them."""
    return Write(table.update().where(table.c.id == bindparam("row_id")), *columns, is_encoded=False)


@cache
def sum_write(table: Table, key: tuple[str, ...], added: tuple[str, ...], columns: tuple[str, ...]) -> Write:
    """The statement that adds to the row with this key, or inserts it."""
    return Write.upsert(table, key, columns, added=added, is_encoded=False)


def write_of(change: InstallationChange) -> Buffered:
    """The write of a change that a fact makes."""
    table = metadata.tables[change.table]
    match change:
        case Sum():
            write = sum_write(table, tuple(change.key), tuple(change.added), tuple(change.values))
            return write, {**change.key, **change.added, **change.values}
        case Insert():
            return insert_write(table, tuple(change.values)), change.values
        case Update():
            return update_write(table, tuple(change.values)), {**change.values, "row_id": change.id}


@dataclass
class Writes(Rows):
    """The rows of one transaction. Reads see the writes buffered before them."""

    rows: WrittenRows
    _pending: list[Buffered] = field(default_factory=list, init=False)
    _kept_rows: list[tuple[Query, list[Any]]] = field(default_factory=list, init=False)

    def keep_found(self, queries: Sequence[Query], found: Sequence[list[Any]]) -> None:
        """Keeps rows that were read with others: the same reads find them until the first write."""
        self._kept_rows = list(zip(queries, found, strict=True))

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        """Every row that a statement finds, after the buffered writes."""
        self.flush()
        for query, rows in self._kept_rows:
            if query.statement is statement and query.values == values:
                return rows
        return self.rows.found(statement, values)

    def run(self, write: Write, **values: object) -> None:
        """Buffers a write."""
        self._pending.append((write, values))

    def insert(self, table: str, **values: object) -> None:
        """Buffers a new row, of values as rows keep them."""
        self._pending.append((insert_write(metadata.tables[table], tuple(values)), values))

    def apply(self, changes: Iterable[InstallationChange]) -> None:
        """Buffers the row changes of a fact."""
        self._pending.extend(map(write_of, changes))

    @property
    def has_pending(self) -> bool:
        """Whether writes are buffered."""
        return bool(self._pending)

    def flush(self) -> None:
        """Executes the buffered writes."""
        if self._pending:
            self._kept_rows.clear()
            pending = list(self._pending)
            self._pending.clear()
            self.rows.run_many(pending)
