"""Opening a database that must have been set up: one without tables is refused, and never made in passing."""

import sqlite3
from pathlib import Path

import psycopg

from server.clock import Clock
from server.domain.refusals import Refusal
from server.store.installation import InstallationRow, check_schema, installation_row
from server.store.transactions.database import Database

_SQLITE = "sqlite:///"


def may_exist(url: str) -> bool:
    """Whether there may be a database at all; looking must not make an empty file."""
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).exists()


def open_installed(url: str, clock: Clock) -> Database:
    """The database of a URL, which has its tables.

    Refusals: not_installed when it is missing, those of `installation_of`.
    """
    if not may_exist(url):
        raise Refusal("not_installed")
    database = Database(url, clock)
    try:
        installation_of(database)
    except BaseException:
        database.close()
        raise
    return database


def installation_of(database: Database) -> InstallationRow:
    """The installation's row: its secret, and whether it is a demonstration.

    Refusals: not_installed when the database was never set up or not migrated, database_too_old,
    database_too_new, database_busy when it does not answer.
    """
    try:
        with database.read() as rows:
            check_schema(rows)
            row = installation_row(rows)
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable) as error:
        if isinstance(error, sqlite3.Error) and "no such table" not in str(error):
            raise
        raise Refusal("not_installed") from error
    if row is None:
        raise Refusal("not_installed")
    return row
