"""The store of a database URL."""

import sqlite3
from pathlib import Path

from server.domain.refusals import Refusal
from server.store.engine.postgres import PostgresStore
from server.store.engine.stores import AWAY, SqliteStore


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
