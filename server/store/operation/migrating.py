"""Bringing a database to the newest schema (Alembic)."""

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Integer, literal_column, select

from server.store.engine.statements import Read, Write
from server.store.installation import (
    check_revision,
    installation_head,
)
from server.store.journal.hash_chain import GENESIS
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

    Refusals: database_busy when the database does not answer, database_too_old, database_too_new.
    """
    with database.read() as rows:
        rows.one(_ANY_ANSWER)
    with database.store.engine.begin() as connection:
        check_revision(MigrationContext.configure(connection).get_current_revision())
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
