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
    known = _insert_sql.get((table, columns))
    if known is None:
        places = ", ".join(f":{column}" for column in columns)
        known = _insert_sql[table, columns] = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
    return known


def update_statement(table: str, columns: tuple[str, ...]) -> str:
    """The UPDATE of these columns of the row `:row_id`."""
    known = _update_sql.get((table, columns))
    if known is None:
        places = ", ".join(f"{column} = :{column}" for column in columns)
        known = _update_sql[table, columns] = f"UPDATE {table} SET {places} WHERE id = :row_id"
    return known


def sum_statement(change: Sum) -> str:
    """The statement that adds to a row by its key, or makes it."""
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
    _foreseen: list[tuple[Query, Sequence[Row]]] = field(default_factory=list, init=False)
    has_asked_more: bool = field(default=False, init=False)
    """Whether something was read that had not travelled with the lock."""

    def foresee(self, queries: Sequence[Query], found: Sequence[Sequence[Row]]) -> None:
        """Keeps the rows of queries that travelled with the lock: the answer until the first write."""
        self._foreseen = list(zip(queries, found, strict=True))

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of a query, or None."""
        foreseen = self._foreseen_rows(sql, values)
        if foreseen is not None:
            return foreseen[0] if foreseen else None
        self.has_asked_more = True
        self.flush()
        row: Row | None = self.rows.one(sql, **values)
        return row

    def _foreseen_rows(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row] | None:
        for query, found in () if self._pending else self._foreseen:
            if query.sql == sql and query.values == values:
                return found
        return None

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        """Every row of a query."""
        foreseen = self._foreseen_rows(sql, values)
        if foreseen is not None:
            return foreseen
        self.has_asked_more = True
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
        """Buffers what the fold of a fact changes."""
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
            self._foreseen.clear()
            pending = list(self._pending)
            self._pending.clear()
            self.rows.run_many(pending)
