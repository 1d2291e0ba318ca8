"""The migrations lead to the tables of the code, on both databases, and refuse a schema they do not know."""

from hashlib import sha256

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from server.clock import Clock
from server.commands import examination
from server.domain.refusals import Refusal
from server.settings import Settings
from server.store.installation import BASELINE
from server.store.operation.migrating import MIGRATIONS, migrate, open_installed
from server.store.tables import metadata
from server.store.transactions.database import Database
from tests.harness.sql import all_rows, execute

DELIVERED = "e0e8f3ee54145af9f92f47257010b45d58dc2069f3b403d2bf435130432e30aa"
"""SHA-256 of the tables of version 0.1.0."""


def test_the_migrations_make_the_tables_of_the_code(database_url: str):
    database = Database(database_url, Clock())
    with database.store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_baseline_stays_as_it_was_delivered():
    [file] = (MIGRATIONS / "versions").glob(f"{BASELINE}_*.sql")
    assert sha256(file.read_bytes()).hexdigest() == DELIVERED, "a change of the schema is a new migration"


@pytest.mark.parametrize(("revision", "code"), [("0071", "database_too_old"), ("9999", "database_too_new")])
def test_a_schema_of_another_version_is_refused_and_stays_as_it_is(
    database_url: str, revision: str, code: str
):
    database = Database(database_url, Clock())
    execute(database, "UPDATE alembic_version SET version_num = :revision", revision=revision)
    with pytest.raises(Refusal, match=code):
        migrate(database)
    assert all_rows(database, "SELECT version_num FROM alembic_version") == [{"version_num": revision}]
    database.close()
    with pytest.raises(Refusal, match=code):
        open_installed(database_url, Clock())
    assert examination.database(Settings(database_url=database_url)).key == f"refusal.{code}"
