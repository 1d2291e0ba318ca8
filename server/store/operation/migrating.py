"""Bringing a database to the newest schema (Alembic)."""

import secrets
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from server.domain.author import SYSTEM
from server.domain.instants import to_micros
from server.store.installation import installation_head
from server.store.journal.hash_chain import GENESIS
from server.store.journal.rights_seals import seal_all

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrations_on(connection: Any) -> Config:
    """The migrations as Alembic's commands take them, on a connection that has begun."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(database: Any) -> None:
    """Applies the missing migrations, makes sure the installation row exists, and seals the rights there are.

    Refusal: database_busy when the database does not answer.
    """
    with database.read() as rows:
        rows.one("SELECT 1 AS one")
    with database.store.engine.begin() as connection:
        command.upgrade(migrations_on(connection), "head")
    with database.store.write() as rows:
        if installation_head(rows) is None:
            rows.run(
                "INSERT INTO installation (id, journal_length, head_hash, is_demonstration, secret,"
                " rights_sealed_at) VALUES (1, 0, :hash, :demo, :secret, :at)",
                {
                    "hash": GENESIS,
                    "demo": False,
                    "secret": secrets.token_hex(32),
                    "at": to_micros(database.clock.now()),
                },
            )
    with database.installation_transaction(SYSTEM) as transaction:
        seal_all(transaction, to_micros(transaction.now))
