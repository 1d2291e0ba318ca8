"""The store of a database URL; SQLite: one connection that writes, and many that read."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool, QueuePool

from server.domain.refusals import Refusal
from server.store.engine import statements
from server.store.engine.postgres import PostgresStore

_BUSY_STEP_S = 0.02
AWAY = {
    sqlite3.SQLITE_FULL: "storage_full",
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_IOERR: "database_busy",
}
"""What a write is refused with when SQLite cannot do it now; any other error is a mistake of ours."""


class SqliteRows(statements.WrittenRows):
    """The rows of a write transaction on one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def found[R](self, statement: statements.Read[R], values: statements.Values) -> list[R]:
        return statement.decoded(statements.SQLITE, self._cursor(statement, values).fetchall())

    def several(self, queries: Sequence[statements.Query]) -> list[list[Any]]:
        return [self.found(query.statement, query.values) for query in queries]

    def run(self, write: statements.Write, values: statements.Values) -> int:
        return self._cursor(write, values).rowcount

    def run_many(self, writes: Sequence[statements.Buffered]) -> None:
        """Executes buffered writes in order."""
        for write, values in writes:
            self._cursor(write, values)

    def _cursor(self, statement: statements.Statement, values: statements.Values) -> sqlite3.Cursor:
        text = statement.text(statements.SQLITE, values)
        return self.connection.execute(text.sql, text.encoded(values))

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
        self.engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        self.readers = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=16,
            max_overflow=-1,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=0.05, cached_statements=256
        )
        try:
            for pragma in (
                "page_size=2048",  # of a new file: a commit writes a page of each table and index, whole
                "journal_mode=wal",
                "synchronous=full",
                "foreign_keys=on",
                "secure_delete=on",  # overwrites what is erased
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
            statements.until_not_busy(
                lambda: self._writer.execute("begin immediate"), sqlite3.OperationalError, step_s=_BUSY_STEP_S
            )
            try:
                yield SqliteRows(self._writer)
                self._writer.execute("commit")
            except sqlite3.OperationalError as error:
                self._roll_back()
                code = AWAY.get(error.sqlite_errorcode & 0xFF)
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
        with self.readers.connect() as connection:
            yield SqliteRows(cast(sqlite3.Connection, connection.connection.driver_connection))

    @contextmanager
    def snapshot(self) -> Iterator[SqliteRows]:
        """Reads that all see one committed state; temporary tables made meanwhile vanish at the end."""
        connection = self._connect()
        try:
            connection.execute("begin")
            yield SqliteRows(connection)
        finally:
            connection.close()

    def close(self) -> None:
        self._writer.close()
        self.readers.dispose()
        self.engine.dispose()


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
            code = AWAY.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "database_unreadable")
            raise Refusal(code, file=str(path), reason=str(error)) from error
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return PostgresStore(url)
    raise ValueError(f"unknown database: {url.split(':', 1)[0]}")


@contextmanager
def snapshot(database: Any) -> Iterator[statements.WrittenRows]:
    """A context of reads of one committed state; temporary tables made in it vanish at its end."""
    with database.store.snapshot() as rows:
        yield rows
