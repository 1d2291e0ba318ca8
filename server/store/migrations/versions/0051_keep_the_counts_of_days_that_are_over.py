"""Keep the counts of days that are over

Revision ID: 0051
Revises: 0050

Triggers delete the counts of a day in the transaction that changes a row of it, whoever writes the row. On
SQLite a migration that makes one of these tables anew (batch mode) has to make its triggers again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

DAYS = {
    "visit": "business_day",
    "leg": "business_day",
    "greeting": "business_day",
    "not_issued": "business_day",
    "appointment": "booked_on",
}
ROWS = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}


def upgrade() -> None:
    """The table of stored counts, and the triggers that delete what is no longer true."""
    op.create_table(
        "stored_rollup",
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("shape", sa.String(80), nullable=False),
        sa.Column("visits_end_at", sa.BigInteger()),
        sa.Column("visits_during_alert", sa.Integer(), nullable=False),
        sa.Column("counted", sa.LargeBinary(), nullable=False),
        sa.Column("counted_during_alert", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "period", name=op.f("pk_stored_rollup")),
        comment="Counts of a day, month or year that is over; triggers delete them when a row changes.",
    )
    if op.get_bind().dialect.name == "postgresql":
        _make_triggers_of_postgresql()
    else:
        _make_triggers_of_sqlite()


def downgrade() -> None:
    """Every figure is counted from the visits again."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in (*DAYS, "alert"):
        for event in ROWS:
            on = f" ON {table}" if is_postgresql else ""
            op.execute(f"DROP TRIGGER {_trigger(table, event)}{on}")
    if is_postgresql:
        for event in ROWS:
            op.execute(f"DROP FUNCTION forget_rollups_after_alert_{event}()")
            for column in sorted(set(DAYS.values())):
                op.execute(f"DROP FUNCTION forget_rollups_after_{event}_of_{column}()")
    op.drop_table("stored_rollup")


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
