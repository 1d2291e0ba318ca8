"""SQLite: one connection that writes, and many that read."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from server.domain.refusals import Refusal
from server.store.engine.rows import BUSY_DEADLINE_S, Query, Row

_BUSY_STEP_S = 0.02
AWAY = {
    sqlite3.SQLITE_FULL: "storage_full",
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_IOERR: "database_busy",
}
"""What a write is refused with when SQLite cannot do it now; any other error is a mistake of ours."""


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
