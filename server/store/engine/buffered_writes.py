"""Buffered writes of a transaction: executed in one go before the next read or at the commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.domain.row_changes import Insert, InstallationChange, Sum
from server.store.engine.rows import Query, Row

_insert_sql: dict[tuple[str, tuple[str, ...]], str] = {}
_update_sql: dict[tuple[str, tuple[str, ...]], str] = {}


def insert_statement(table: str, columns: tuple[str, ...]) -> str:
    """The INSERT of these columns."""
    statement = _insert_sql.get((table, columns))
    if statement is None:
        places = ", ".join(f":{column}" for column in columns)
        statement = _insert_sql[table, columns] = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        )
    return statement


def update_statement(table: str, columns: tuple[str, ...]) -> str:
    """The UPDATE of these columns of the row `:row_id`."""
    statement = _update_sql.get((table, columns))
    if statement is None:
        places = ", ".join(f"{column} = :{column}" for column in columns)
        statement = _update_sql[table, columns] = f"UPDATE {table} SET {places} WHERE id = :row_id"
    return statement


def sum_statement(change: Sum) -> str:
    """The statement that adds to the row with this key, or inserts it."""
    columns = (*change.key, *change.added, *change.values)
    more = [f"{column} = {change.table}.{column} + :{column}" for column in change.added]
    more += [f"{column} = :{column}" for column in change.values]
    insert = insert_statement(change.table, columns)
    return f"{insert} ON CONFLICT ({', '.join(change.key)}) DO UPDATE SET {', '.join(more)}"


@dataclass
class Writes:
    """The rows of one transaction. Reads see the writes buffered before them."""

    rows: Any
    _pending: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list, init=False)
    _prefetched: list[tuple[Query, Sequence[Row]]] = field(default_factory=list, init=False)
    has_unprefetched_reads: bool = field(default=False, init=False)
    """Whether a read was made that was not prefetched."""

    def prefetch(self, queries: Sequence[Query], found: Sequence[Sequence[Row]]) -> None:
        """Keeps prefetched rows: they answer the same queries until the first write."""
        self._prefetched = list(zip(queries, found, strict=True))

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of a query, or None."""
        prefetched = self._prefetched_rows(sql, values)
        if prefetched is not None:
            return prefetched[0] if prefetched else None
        self.has_unprefetched_reads = True
        self.flush()
        row: Row | None = self.rows.one(sql, **values)
        return row

    def _prefetched_rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row] | None:
        for query, found in () if self._pending else self._prefetched:
            if query.sql == sql and query.values == values:
                return found
        return None

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        """Every row of a query."""
        prefetched = self._prefetched_rows(sql, values)
        if prefetched is not None:
            return prefetched
        self.has_unprefetched_reads = True
        self.flush()
        found: Sequence[Row] = self.rows.all(sql, **values)
        return found

    def run(self, sql: str, **values: Any) -> None:
        """Buffers a write."""
        self._pending.append((sql, values))

    def insert(self, table: str, **values: Any) -> None:
        """Buffers a new row."""
        self._pending.append((insert_statement(table, tuple(values)), values))

    def apply(self, changes: Iterable[InstallationChange]) -> None:
        """Buffers the row changes of a fact."""
        for change in changes:
            if isinstance(change, Sum):
                values = {**change.key, **change.added, **change.values}
                self._pending.append((sum_statement(change), values))
                continue
            columns = tuple(change.values)
            if isinstance(change, Insert):
                self._pending.append((insert_statement(change.table, columns), change.values))
            else:
                self._pending.append(
                    (update_statement(change.table, columns), {**change.values, "row_id": change.id})
                )

    @property
    def has_pending(self) -> bool:
        """Whether writes are buffered."""
        return bool(self._pending)

    def flush(self) -> None:
        """Executes the buffered writes."""
        if self._pending:
            self._prefetched.clear()
            pending = list(self._pending)
            self._pending.clear()
            self.rows.run_many(pending)
