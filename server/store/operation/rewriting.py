"""Writes pages of the database anew, so that nothing erased is left in their free space."""

import sqlite3

import psycopg
from psycopg.sql import SQL, Identifier

from server.store.operation.backup import is_postgresql
from server.store.operation.erase_expired import ERASE

PERSONAL = (*ERASE, "account", "identity")
"""The tables with personal values. Facts, visits and legs, which make a database large, have none."""


def rewrite_pages(url: str) -> bool:
    """Writes anew what held personal values in the database of an address; False while others use it.

    Others wait while it runs: on SQLite for the whole file, on PostgreSQL for one table at a time.
    """
    return _rewrite_tables(url) if is_postgresql(url) else _rewrite_file(url.removeprefix("sqlite:///"))


def _rewrite_file(file: str) -> bool:
    """Writes every page of the file anew and empties its log.

    `secure_delete` overwrites what is erased; a page that was split before may still hold a copy.
    """
    connection = sqlite3.connect(file, isolation_level=None, timeout=5.0)
    try:
        connection.execute("pragma secure_delete = on")
        connection.execute("vacuum")
        (is_busy, _, _) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return not is_busy


def _rewrite_tables(url: str) -> bool:
    """Writes the tables with personal values and their indexes to new files; a table in use stops it."""
    conninfo = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '2s'")
        try:
            for table in PERSONAL:
                connection.execute(SQL("VACUUM (FULL) {}").format(Identifier(table)))
        except psycopg.errors.LockNotAvailable:
            return False
    return True
