"""The migrations lead to the tables of the code, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from server.clock import Clock
from server.store.database import Database
from server.store.tables import metadata


def test_the_migrations_make_the_tables_of_the_code(database_url: str):
    database = Database(database_url, Clock())
    with database.store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    database.close()
