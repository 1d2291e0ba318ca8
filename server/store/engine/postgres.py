"""PostgreSQL: a FIFO pool of connections that write, and one of connections that read."""

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import Transformer
from psycopg.generators import execute
from psycopg.pq import Escaping, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import NullPool

from server.domain.refusals import Refusal
from server.store.engine.statements import (
    BUSY_DEADLINE_S,
    POSTGRESQL,
    Buffered,
    Query,
    Read,
    Rows,
    SqlText,
    Statement,
    Values,
    Write,
    WrittenRows,
    until_not_busy,
)

_CONNECT_STEP_S = 0.2


class LoopConnection(psycopg.Connection[Any]):
    """A connection whose queries wait on gevent's loop; in a process without gevent as psycopg does."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Drives a query to its end; what it returns."""
        monkey = sys.modules.get("gevent.monkey")
        if timeout is not None or monkey is None or not monkey.is_module_patched("select"):
            return super().wait(gen, interval, timeout)
        return _drive(gen, self.pgconn.socket)


def _drive(gen: Any, descriptor: int) -> Any:
    from gevent import get_hub

    hub = get_hub()
    try:
        event = next(gen)
        while True:
            # psycopg's wishes and readiness have the bits of the loop's events: 1 read, 2 write
            watcher = hub.loop.io(descriptor, int(event))
            try:
                hub.wait(watcher)
            finally:
                watcher.close()
            event = gen.send(event)
    except StopIteration as ended:
        return ended.value


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


MOST_PREPARED = 300
"""Statements prepared on one connection; when there are more, it begins anew."""


class _Prepared:
    """The statements prepared on one connection, by their SQL text, and how their results are read."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._escaping = Escaping(connection.pgconn)
        self._known: dict[str, str] = {}
        self._transformer = Transformer(connection)

    def execution(self, text: SqlText, values: Values, unsent: list[str]) -> str:
        """What executes a statement; it is prepared first, in `unsent`, unless this connection knows it.

        A name is never used twice, so that a preparation that was not reached does no harm.
        """
        name = self._known.get(text.sql)
        if name is None:
            if len(self._known) >= MOST_PREPARED:
                self._known.clear()
                unsent.append("DEALLOCATE ALL")
            name = self._known[text.sql] = f"parvis_{next(_counter)}"
            unsent.append(f"PREPARE {name} AS {text.sql}")
        return f"EXECUTE {name}({','.join(map(self._literal, text.encoded(values).values()))})"

    def rows(self, result: PGresult) -> list[Sequence[object]]:
        """The rows that a statement found."""
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def _literal(self, value: object) -> str:
        match value:
            case None:
                return "NULL"
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case str():
                return self._escaping.escape_literal(value.encode()).decode()
            case bytes():
                return f"'\\x{value.hex()}'"
        raise TypeError(f"no value of a statement: {type(value).__name__}")


_prepared: WeakKeyDictionary[psycopg.Connection[Any], _Prepared] = WeakKeyDictionary()

_counter = itertools.count()


class PostgresRows(WrittenRows):
    """Rows of one psycopg connection, inside a transaction that begins with its first statement.

    Round trips are what a write costs here, so BEGIN travels with the first statement, and writes wait for
    the next read or for COMMIT and travel together, as executions of prepared statements.
    """

    def __init__(self, connection: psycopg.Connection[Any], begin: str = "BEGIN") -> None:
        self._connection = connection
        self._prepared = _prepared.setdefault(connection, _Prepared(connection))
        self._unsent: list[str] = [begin]
        self._is_working = False
        """Whether the database has writes whose results were not awaited yet."""

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        return self._rows_of(statement, self._sent(statement, values))

    def several(self, queries: Sequence[Query]) -> list[list[Any]]:
        places = []
        for query in queries:
            self._keep(query.statement, query.values)
            places.append(len(self._unsent) - 1)
        results = self._send()
        return [
            self._rows_of(query.statement, results[place])
            for query, place in zip(queries, places, strict=True)
        ]

    def _rows_of[R](self, statement: Read[R], result: PGresult) -> list[R]:
        return statement.decoded(POSTGRESQL, self._prepared.rows(result))

    def run(self, write: Write, values: Values) -> int:
        return self._sent(write, values).command_tuples or 0

    def _sent(self, statement: Statement, values: Values) -> PGresult:
        self._keep(statement, values)
        return self._send()[-1]

    def run_many(self, writes: Sequence[Buffered]) -> None:
        """Keeps writes, in order, until something is read or the transaction commits."""
        for write, values in writes:
            self._keep(write, values)

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

    def _keep(self, statement: Statement, values: Values) -> None:
        text = statement.text(POSTGRESQL, values)
        has_values = bool(text.names)
        self._unsent.append(self._prepared.execution(text, values, self._unsent) if has_values else text.sql)

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


class PostgresStore:
    """PostgreSQL through FIFO pools: one for write transactions, one whose connections only read."""

    is_postgresql = True

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        self._conninfo = url.replace("postgresql+psycopg://", "postgresql://")
        self.engine = create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(self._conninfo), poolclass=NullPool
        )
        self.readers = self._pool(pool_size, lambda: LoopConnection.connect(self._conninfo))
        self._writers = self._pool(pool_size, self._new_writer)

    def _pool(self, size: int, connect: Callable[[], LoopConnection]) -> Engine:
        pool = create_engine(
            "postgresql+psycopg://",
            creator=connect,
            pool_size=size,
            max_overflow=0,
            pool_timeout=BUSY_DEADLINE_S,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
        )
        event.listen(pool, "checkout", _assert_open)
        return pool

    def _new_writer(self) -> LoopConnection:
        """A connection that writes, as soon as the server lets it in. Refusal: database_busy.

        Prepared statements find rows by index also while a table is small: a plan made then is kept while
        the table grows, until PostgreSQL counts it again, a minute at best. What no index serves counts as so
        dear then that PostgreSQL would compile its plan, for a tenth of a second.
        """
        connect = partial(LoopConnection.connect, self._conninfo, autocommit=True)
        connection = until_not_busy(connect, psycopg.OperationalError, step_s=_CONNECT_STEP_S)
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET jit = off")
        return connection

    @contextmanager
    def write(self) -> Iterator[PostgresRows]:
        with self._writer() as connection, PostgresRows(connection).committed() as rows:
            yield rows

    @contextmanager
    def snapshot(self) -> Iterator[PostgresRows]:
        """Reads that all see one committed state; temporary tables made meanwhile vanish at the end."""
        with self._writer() as connection:
            try:
                yield PostgresRows(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ")
            finally:
                if not connection.closed:
                    connection.rollback()

    @contextmanager
    def _writer(self) -> Iterator[LoopConnection]:
        with _refusing(), closing(self._writers.raw_connection()) as pooled:
            connection = cast(LoopConnection, pooled.driver_connection)
            try:
                yield connection
            finally:
                if connection.info.transaction_status != TransactionStatus.IDLE:
                    pooled.invalidate()

    @contextmanager
    def without_syncing(self) -> Iterator[None]:
        """Nothing changes: how commits wait for the disk is the cluster's own setting."""
        yield

    @contextmanager
    def read(self) -> Iterator[Reads]:
        with _refusing(), reading(self.readers) as rows:
            yield rows

    def close(self) -> None:
        for engine in (self._writers, self.readers, self.engine):
            engine.dispose()


def _assert_open(connection: psycopg.Connection[Any], *_: object) -> None:
    """Notices without a round trip that the server has closed a connection: then it has closed all.

    Raises InvalidatePoolError: the pool begins anew.
    """
    try:
        connection.pgconn.consume_input()  # its last words, if any
        connection.pgconn.consume_input()  # the end, if it came
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, NoConnectionFree) as error:
        raise Refusal("database_busy", reason=type(error).__name__) from error
