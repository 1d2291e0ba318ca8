"""Connections to the two databases: one writer and many readers on SQLite, a FIFO pool on PostgreSQL.

SQL texts use `:name` parameters on both; rows answer by column name.
"""

import itertools
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import psycopg
from psycopg.generators import execute
from psycopg.pq import Escaping, ExecStatus
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from server.domain.refusals import Refusal
from server.store.loop_wait import LoopConnection

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
_BUSY_STEP_S = 0.02
_AWAY = {
    sqlite3.SQLITE_FULL: "storage_full",
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_IOERR: "database_busy",
}
"""What a write is refused with when SQLite cannot do it now; any other error is a mistake of ours."""
DATABASE_ERRORS = (sqlite3.Error, psycopg.Error)
"""What a database raises: the transaction in which it did so is lost."""
MOST_PREPARED = 300
"""Statements prepared on one connection; further ones are sent as text."""


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


class Store(Protocol):
    """One database, whichever it is."""

    is_postgresql: bool
    engine: Engine

    def write(self) -> Any:
        """A context: one write transaction, committed at the end, rolled back by an exception."""

    def read(self) -> Any:
        """A context: reads that see one committed state."""

    def close(self) -> None:
        """Gives every connection back."""


class SqliteRows:
    """Rows of one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def one(self, sql: str, **values: Any) -> Row | None:
        row: Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        return self.connection.execute(sql, values).fetchall()

    def several(self, queries: Sequence[Query]) -> list[Sequence[Row]]:
        return [self.all(query.sql, **query.values) for query in queries]

    def run(self, sql: str, values: Mapping[str, Any]) -> int:
        return self.connection.execute(sql, values).rowcount

    def run_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Executes buffered writes in order."""
        for sql, values in statements:
            self.connection.execute(sql, values)

    def hand_on(self) -> None:
        """Nothing waits: SQLite works in this process."""


class SqliteStore:
    """SQLite in WAL mode with synchronous=FULL: a ticket that was printed survives a power cut."""

    is_postgresql = False

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._writer = self._connect()
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self.engine = create_engine("sqlite://", creator=self._connect_plain, poolclass=NullPool)

    def _connect(self) -> sqlite3.Connection:
        connection = self._connect_plain()
        connection.row_factory = sqlite3.Row
        return connection

    def _connect_plain(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=0.05, cached_statements=256
        )
        try:
            for pragma in (
                "page_size=2048",  # of a new file: a commit writes a page of each table and index, whole
                "journal_mode=wal",
                "synchronous=full",
                "foreign_keys=on",
                "journal_size_limit=67108864",
                "wal_autocheckpoint=8000",  # pages: an issue writes about 25, most of them the same again
                "cache_size=-2000",  # kB a connection: more only grows with the day
            ):
                connection.execute(f"pragma {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def write(self) -> Iterator[SqliteRows]:
        with self._lock:
            _until_not_busy(lambda: self._writer.execute("begin immediate"), sqlite3.OperationalError)
            try:
                yield SqliteRows(self._writer)
                self._writer.execute("commit")
            except sqlite3.OperationalError as error:
                self._roll_back()
                code = _AWAY.get(error.sqlite_errorcode & 0xFF)
                if code is None:
                    raise
                raise Refusal(code, reason=str(error)) from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """Ends what was begun; where the disk is full SQLite has done so by itself."""
        if self._writer.in_transaction:
            self._writer.execute("rollback")

    @contextmanager
    def without_syncing(self) -> Iterator[None]:
        """Commits do not wait for the disk meanwhile: only while nothing was promised to anyone yet."""
        self._writer.execute("pragma synchronous=off")
        try:
            yield
        finally:
            self._writer.execute("pragma synchronous=full")
            self._writer.execute("pragma wal_checkpoint(truncate)")

    @contextmanager
    def read(self) -> Iterator[SqliteRows]:
        connection = self._idle.pop() if self._idle else self._connect()
        try:
            yield SqliteRows(connection)
        finally:
            self._idle.append(connection)

    def close(self) -> None:
        self._writer.close()
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


def _until_not_busy(attempt: Callable[[], object], error: type[Exception]) -> None:
    deadline = time.monotonic() + BUSY_DEADLINE_S
    while True:
        try:
            attempt()
        except error as busy:
            if time.monotonic() >= deadline:
                raise Refusal("database_busy", reason=str(busy)) from busy
            time.sleep(_BUSY_STEP_S)
        else:
            return


_NAMED = re.compile(r"(?<!:):([a-z][a-z0-9_]*)")
_translated: dict[str, str] = {}


def _for_psycopg(sql: str) -> str:
    known = _translated.get(sql)
    if known is None:
        known = _translated[sql] = _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
    return known


class _Prepared:
    """The statements prepared on one connection, by their SQL text."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.escaping = Escaping(connection.pgconn)
        self.known: dict[str, str] = {}

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
        self._sending = psycopg.ClientCursor(connection, row_factory=dict_row)
        self._prepared = _prepared.setdefault(connection, _Prepared(connection))
        self._unsent: list[str] = ["BEGIN"]
        self._is_working = False
        """Whether the database has writes whose results were not awaited yet."""

    def one(self, sql: str, **values: Any) -> Row | None:
        row: Row | None = self._read(sql, values).fetchone()
        return row

    def all(self, sql: str, **values: Any) -> Sequence[Row]:
        return self._read(sql, values).fetchall()

    def several(self, queries: Sequence[Query]) -> list[Sequence[Row]]:
        places = []
        for query in queries:
            self._keep(query.sql, query.values)
            places.append(len(self._unsent) - 1)
        self._send()
        return [self._sending.set_result(place).fetchall() for place in places]

    def _read(self, sql: str, values: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        self._keep(sql, values)
        self._send()
        return self._sending.set_result(-1)

    def run(self, sql: str, values: Mapping[str, Any]) -> int:
        return self._read(sql, values).rowcount

    def run_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Keeps writes, in order, until something is read or the transaction commits."""
        for sql, values in statements:
            self._keep(sql, values)

    def hand_on(self) -> None:
        """Sends the writes kept so far without waiting for them, unless earlier ones are under way."""
        if self._is_working and self._connection.pgconn.is_busy():
            self._connection.pgconn.consume_input()
        if self._is_working and not self._connection.pgconn.is_busy():
            self.settle()
        if not self._is_working and self._unsent:
            statements, self._unsent = self._unsent, []
            self._connection.pgconn.send_query(";\n".join(statements).encode())
            self._connection.pgconn.flush()
            self._is_working = True

    def settle(self) -> None:
        """Waits for writes that were handed on. Raises psycopg.Error when one failed."""
        if not self._is_working:
            return
        self._is_working = False
        for result in self._connection.wait(execute(self._connection.pgconn)):
            if result.status == ExecStatus.FATAL_ERROR:
                _prepared.pop(self._connection, None)
                raise psycopg.errors.error_from_result(result)

    def commit(self) -> None:
        """Sends what is left, and commits."""
        self._unsent.append("COMMIT")
        self._send()

    def _keep(self, sql: str, values: Mapping[str, Any]) -> None:
        if not values or len(self._prepared.known) >= MOST_PREPARED:
            self._unsent.append(self._sending.mogrify(_for_psycopg(sql), values or None))
        else:
            self._unsent.append(self._prepared.execution(sql, values, self._unsent))

    def _send(self) -> None:
        self.settle()
        statements, self._unsent = self._unsent, []
        try:
            self._sending.execute(";\n".join(statements).encode())
        except psycopg.Error:
            _prepared.pop(self._connection, None)
            raise


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
        self._writers = _pool(conninfo, pool_size)
        self._readers = _pool(conninfo, pool_size)
        self.engine = create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
        )

    @contextmanager
    def write(self) -> Iterator[PostgresRows]:
        with _refusing():
            connection = self._writers.getconn()
            rows = PostgresRows(connection)
            try:
                yield rows
                rows.commit()
            except BaseException:
                with suppress(psycopg.Error):
                    rows.settle()
                if not connection.closed:
                    connection.rollback()
                raise
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


def _pool(conninfo: str, size: int) -> ConnectionPool[Any]:
    return ConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        timeout=BUSY_DEADLINE_S,
        reconnect_timeout=1,  # else tries become rare while the server is away, and go on being so after it
        kwargs={"row_factory": dict_row, "autocommit": True},
        check=_assert_open,
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


def open_store(url: str) -> SqliteStore | PostgresStore:
    """The store of a database URL: `sqlite:///path` or `postgresql://…`.

    Raises ValueError for another scheme. Refusals: database_unreadable when the file is none or its folder
    is closed to us, database_busy.
    """
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        try:
            return SqliteStore(path)
        except (sqlite3.DatabaseError, PermissionError) as error:
            code = _AWAY.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "database_unreadable")
            raise Refusal(code, file=str(path), reason=str(error)) from error
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return PostgresStore(url)
    raise ValueError(f"unknown database: {url.split(':', 1)[0]}")
