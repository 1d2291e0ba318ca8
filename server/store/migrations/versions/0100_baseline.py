"""The baseline: the schema of version 0.1.0, with the tables and indexes of `0100_baseline.sql`

Revision ID: 0100
Revises: none

Frozen: a change of the schema is a new migration. SQLite keeps no comments.

Triggers delete the counts of a day in the transaction that changes a row of it, whoever writes the row. On
SQLite a migration that makes one of these tables anew (batch mode) has to make its triggers again.
"""

from pathlib import Path

from alembic import op

revision = "0100"
down_revision = None
branch_labels = None
depends_on = None

WORDS = {
    "sqlite": {
        " BIGSERIAL ": " BIGINT ",
        " SERIAL ": " INTEGER ",
        " BYTEA ": " BLOB ",
        " DEFAULT false ": " DEFAULT 0 ",
    },
    "postgresql": {") WITHOUT ROWID": ")"},
}
"""What one of the two databases does not understand, with its own words for it."""
DAYS = {
    "visit": "business_day",
    "leg": "business_day",
    "greeting": "business_day",
    "not_issued": "business_day",
    "appointment": "booked_on",
}
"""The tables that counts are made from, with the column of the day."""
ROWS = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}


def upgrade() -> None:
    """Every table and index, and the triggers that delete what is no longer true."""
    dialect = op.get_bind().dialect.name
    script = Path(__file__).with_suffix(".sql").read_text("utf-8")
    for word, own in WORDS[dialect].items():
        script = script.replace(word, own)
    for statement in script.split(";\n"):
        if dialect == "postgresql" or not statement.startswith("COMMENT ON "):
            op.execute(statement)
    if dialect == "postgresql":
        _make_triggers_of_postgresql()
    else:
        _make_triggers_of_sqlite()


def downgrade() -> None:
    """Nothing comes before the baseline."""
    raise NotImplementedError


def _trigger(table: str, event: str) -> str:
    return f"forget_rollups_{table}_{event}"


def _deletes_of_day(event: str, column: str) -> str:
    return "".join(
        f" DELETE FROM stored_rollup WHERE hall = {row}.hall"
        f" AND period IN ({row}.{column}, substr({row}.{column}, 1, 7), substr({row}.{column}, 1, 4));"
        for row in ROWS[event]
    )


def _deletes_of_alert(event: str) -> str:
    return "".join(
        f" DELETE FROM stored_rollup WHERE hall = {row}.hall"
        f" AND (visits_end_at IS NULL OR visits_end_at > {row}.raised_at);"
        for row in ROWS[event]
    )


def _make_triggers_of_sqlite() -> None:
    for event in ROWS:
        deletes = {table: _deletes_of_day(event, column) for table, column in DAYS.items()}
        for table, delete in (deletes | {"alert": _deletes_of_alert(event)}).items():
            op.execute(f"CREATE TRIGGER {_trigger(table, event)} AFTER {event} ON {table} BEGIN{delete} END")


def _make_triggers_of_postgresql() -> None:
    for event in ROWS:
        for column in sorted(set(DAYS.values())):
            _make_function(f"forget_rollups_after_{event}_of_{column}", _deletes_of_day(event, column))
        _make_function(f"forget_rollups_after_alert_{event}", _deletes_of_alert(event))
        functions = {table: f"forget_rollups_after_{event}_of_{column}" for table, column in DAYS.items()}
        for table, function in (functions | {"alert": f"forget_rollups_after_alert_{event}"}).items():
            op.execute(
                f"CREATE TRIGGER {_trigger(table, event)} AFTER {event} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}()"
            )


def _make_function(name: str, deletes: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN{deletes} RETURN NULL; END $$"
    )
