"""Databases that were set up: brought to the newest schema (Alembic), and opened.

One without tables is refused, and never made in passing.
"""

import secrets
import sqlite3
from datetime import datetime
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Integer, func, inspect, literal_column, select

from server.clock import Clock
from server.domain.refusals import Refusal
from server.store.engine.statements import Read, Write
from server.store.installation import (
    SCHEMA,
    InstallationRow,
    check_revision,
    check_schema,
    installation_head,
    installation_row,
)
from server.store.journal.chain import GENESIS
from server.store.operation.backups import is_postgresql
from server.store.tables.journals import installation
from server.store.transactions.database import Database

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_ANY_ANSWER = Read(int, select(literal_column("1", Integer).label("one")))
_INSERT_INSTALLATION = Write(
    installation.insert(),
    *("id", "journal_length", "head_hash", "is_demonstration", "secret"),
)


def migrations_on(connection: Connection) -> Config:
    """The settings of Alembic's commands, on a connection that has begun a transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database) -> None:
    """Applies the missing migrations, and inserts the installation's row.

    Refusals: database_busy when the database does not answer, database_foreign, database_too_old,
    database_too_new.
    """
    with database.read() as rows:
        rows.one(_ANY_ANSWER)
    with database.store.engine.begin() as connection:
        check_revision(MigrationContext.configure(connection).get_current_revision())
        _check_owner(connection)
        command.upgrade(migrations_on(connection), "head")
    with database.store.write() as rows:
        if installation_head(rows) is None:
            rows.execute(
                _INSERT_INSTALLATION,
                id=1,
                journal_length=0,
                head_hash=GENESIS,
                is_demonstration=False,
                secret=secrets.token_hex(32),
            )


def _check_owner(connection: Connection) -> None:
    """Refuses a database with the tables of another program. Refusal: database_foreign."""
    tables = inspect(connection).get_table_names()
    if tables and installation.name not in tables:
        raise Refusal("database_foreign", expected=SCHEMA)


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

    Refusals: those of `check_schema`, database_busy when it does not answer.
    """
    try:
        with database.read() as rows:
            check_schema(rows)
            row = installation_row(rows)
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable) as error:
        if isinstance(error, sqlite3.Error) and "no such table" not in str(error):
            raise
        with database.store.readers.connect() as connection:
            _check_owner(connection)
        raise Refusal("not_installed") from error
    if row is None:
        raise Refusal("not_installed")
    return row


def seconds_ahead(database: Database) -> float:
    """How far the clock of the database is ahead of this machine's; a file of SQLite has no clock."""
    if not is_postgresql(database.url):
        return 0.0
    with database.store.readers.connect() as connection:
        there: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return (there - database.clock.now()).total_seconds()
