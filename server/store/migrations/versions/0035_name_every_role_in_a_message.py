"""Name every role in a message

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = {"sent_from": False, "seen_from": True}
"""Columns with the role of somebody, and whether they may be empty."""


def upgrade() -> None:
    """PostgreSQL refused `administrator` and `digital_helper`."""
    _make(20)


def downgrade() -> None:
    """Longer roles are cut."""
    for column in COLUMNS:
        op.execute(f"UPDATE message SET {column} = substr({column}, 1, 12)")
    _make(12)


def _make(length: int) -> None:
    with op.batch_alter_table("message") as message:
        for column, may_be_empty in COLUMNS.items():
            message.alter_column(
                column,
                existing_type=sa.String(12 if length == 20 else 20),
                type_=sa.String(length),
                existing_nullable=may_be_empty,
            )
