"""PostgreSQL: a FIFO pool of connections that write, and one of connections that read."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, Self
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import Transformer
from psycopg.generators import execute
from psycopg.pq import Escaping, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from server.domain.refusals import Refusal
from server.store.engine.gevent_connection import LoopConnection
from server.store.engine.rows import BUSY_DEADLINE_S, Query, Row

MOST_PREPARED = 300
"""Statements prepared on one connection; further ones are sent as text."""


_NAMED = re.compile(r"(?<!:):([a-z][a-z0-9_]*)")


_translated: dict[str, str] = {}


def _for_psycopg(sql: str) -> str:
    statement = _translated.get(sql)
    if statement is None:
        statement = _translated[sql] = _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
    return statement


class _Prepared:
    """The statements prepared on one connection, by their SQL text, and how their results are read."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.escaping = Escaping(connection.pgconn)
        self.known: dict[str, str] = {}
        self._transformer = Transformer(connection)
        self._columns: dict[str, tuple[str, ...]] = {}

    def execution(self, sql: str, values: Mapping[str, Any], unsent: list[str]) -> str:
        """What executes a statement; it is prepared first, in `unsent`, unless this connection knows it.

        A name is never used twice, so that a preparation that was not reached does no harm.
        """
        names = _names_of(sql)
        name = self.known.get(sql)
        if name is None:
            name = self.known[sql] = f"parvis_{next(_counter)}"
            unsent.append(f"PREPARE {name} AS {_numbered(sql)}")
        return f"EXECUTE {name}({','.join(self._literal(values[each]) for each in names)})"

    def rows(self, sql: str, result: PGresult) -> list[Row]:
        """The rows that a statement found."""
        columns = self._columns.get(sql)
        if columns is None:
            names = (result.fname(at) or b"" for at in range(result.nfields))
            columns = self._columns[sql] = tuple(name.decode() for name in names)
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(
            0, result.ntuples, lambda values: dict(zip(columns, values, strict=True))
        )

    def _literal(self, value: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        return self.escaping.escape_literal(str(value).encode()).decode()


_prepared: WeakKeyDictionary[psycopg.Connection[Any], _Prepared] = WeakKeyDictionary()


_counter = itertools.count()


@cache
def _names_of(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NAMED.findall(sql)))


def _numbered(sql: str) -> str:
    places = {name: f"${at}" for at, name in enumerate(_names_of(sql), 1)}
    return _NAMED.sub(lambda found: places[found[1]], sql)


class PostgresRows:
    """Rows of one psycopg connection, inside a transaction that begins with its first statement.

    Round trips are what a write costs here, so BEGIN travels with the first statement, and writes wait for
    the next read or for COMMIT and travel together, as executions of prepared statements.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._prepared = _prepared.setdefault(connection, _Prepared(connection))
        self._unsent: list[str] = ["BEGIN"]
        self._is_working = False
        """Whether the database has writes whose results were not awaited yet."""

    def one(self, sql: str, **values: Any) -> Row | None:
        rows = self.all(sql, **values)
        return rows[0] if rows else None

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        return self._prepared.rows(sql, self._read(sql, values))

    def several(self, queries: Sequence[Query]) -> list[Sequence[Row]]:
        places = []
        for query in queries:
            self._keep(query.sql, query.values)
            places.append(len(self._unsent) - 1)
        results = self._send()
        return [
            self._prepared.rows(query.sql, results[place])
            for query, place in zip(queries, places, strict=True)
        ]

    def _read(self, sql: str, values: Mapping[str, Any]) -> PGresult:
        self._keep(sql, values)
        return self._send()[-1]

    def run(self, sql: str, values: Mapping[str, Any]) -> int:
        return self._read(sql, values).command_tuples or 0

    def run_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Keeps writes, in order, until something is read or the transaction commits."""
        for sql, values in statements:
            self._keep(sql, values)

    def hand_on(self) -> None:
        """Sends the writes kept so far without waiting for them, unless earlier ones are under way."""
        backend = self._connection.pgconn
        if self._is_working:
            backend.consume_input()
            if backend.is_busy():
                return
            self.settle()
        if self._unsent:
            self._hand_over()
            backend.flush()
            self._is_working = True

    def settle(self) -> None:
        """Waits for writes that were handed on. Raises psycopg.Error when one failed."""
        if self._is_working:
            self._is_working = False
            self._results()

    @contextmanager
    def committed(self) -> Iterator[Self]:
        """Commits at the end, with what is left to send; an exception takes everything back."""
        try:
            yield self
            self._unsent.append("COMMIT")
            self._send()
        except BaseException:
            with suppress(psycopg.Error):
                self.settle()
            if not self._connection.closed:
                self._connection.rollback()
            raise

    def _keep(self, sql: str, values: Mapping[str, Any]) -> None:
        if not values:
            self._unsent.append(sql)
        elif len(self._prepared.known) >= MOST_PREPARED:
            self._unsent.append(psycopg.ClientCursor(self._connection).mogrify(_for_psycopg(sql), values))
        else:
            self._unsent.append(self._prepared.execution(sql, values, self._unsent))

    def _send(self) -> list[PGresult]:
        """Sends what is kept and waits: a result a statement. Raises psycopg.Error when one failed."""
        self.settle()
        self._hand_over()
        return self._results()

    def _hand_over(self) -> None:
        statements, self._unsent = self._unsent, []
        self._connection.pgconn.send_query(";\n".join(statements).encode())

    def _results(self) -> list[PGresult]:
        results: list[PGresult] = self._connection.wait(execute(self._connection.pgconn))
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                _prepared.pop(self._connection, None)
                raise psycopg.errors.error_from_result(result)
        return results


class PostgresReads:
    """Rows of one psycopg connection that only reads, statement by statement."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def one(self, sql: str, **values: Any) -> Row | None:
        row: Row | None = self._connection.execute(_for_psycopg(sql), values).fetchone()
        return row

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        return self._connection.execute(_for_psycopg(sql), values).fetchall()

    def run(self, sql: str, values: Mapping[str, Any]) -> int:
        return self._connection.execute(_for_psycopg(sql), values).rowcount

    def run_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Executes statements in order: of a snapshot, whose temporary tables are its own."""
        for sql, values in statements:
            self._connection.execute(_for_psycopg(sql), values)


class PostgresStore:
    """PostgreSQL through FIFO pools: one for write transactions, one whose connections only read."""

    is_postgresql = True

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        conninfo = url.replace("postgresql+psycopg://", "postgresql://")
        self._writers = _pool(conninfo, pool_size, configure=_by_index)
        self._readers = _pool(conninfo, pool_size)
        self.engine = create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
        )

    @contextmanager
    def write(self) -> Iterator[PostgresRows]:
        with _refusing():
            connection = self._writers.getconn()
            try:
                with PostgresRows(connection).committed() as rows:
                    yield rows
            finally:
                self._writers.putconn(connection)

    @contextmanager
    def without_syncing(self) -> Iterator[None]:
        """Nothing changes: how commits wait for the disk is the cluster's own setting."""
        yield

    @contextmanager
    def read(self) -> Iterator[PostgresReads]:
        with _refusing():
            connection = self._readers.getconn()
            try:
                yield PostgresReads(connection)
            finally:
                self._readers.putconn(connection)

    def close(self) -> None:
        self._writers.close()
        self._readers.close()
        self.engine.dispose()


def _by_index(connection: psycopg.Connection[Any]) -> None:
    """Lets prepared statements find rows by index also while a table is small.

    A plan made then is kept while the table grows, until PostgreSQL counts it again, a minute at best. What
    no index serves counts as so dear then that PostgreSQL would compile its plan, for a tenth of a second.
    """
    connection.execute("SET enable_seqscan = off")
    connection.execute("SET jit = off")


def _pool(
    conninfo: str, size: int, configure: Callable[[psycopg.Connection[Any]], None] | None = None
) -> ConnectionPool[Any]:
    return ConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        timeout=BUSY_DEADLINE_S,
        reconnect_timeout=1,  # else tries become rare while the server is away, and go on being so after it
        kwargs={"row_factory": dict_row, "autocommit": True},
        check=_assert_open,
        configure=configure,
        connection_class=LoopConnection,
        open=True,
    )


def _assert_open(connection: psycopg.Connection[Any]) -> None:
    """Notices without a round trip that the server has closed a connection: the pool then takes another.

    Raises psycopg.OperationalError.
    """
    connection.pgconn.consume_input()  # its last words, if any
    connection.pgconn.consume_input()  # the end, if it came


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, PoolTimeout) as error:
        raise Refusal("database_busy", reason=type(error).__name__) from error
