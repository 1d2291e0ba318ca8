"""Plan absences of counters

Revision ID: 0108
Revises: 0107
"""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A supervisor plans when nobody calls at a counter."""
    op.create_table(
        "planned_absence",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("counter", sa.String(64), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("weekdays", sa.Text, nullable=False),
        sa.Column("starts_min", sa.Integer, nullable=False),
        sa.Column("ends_min", sa.Integer, nullable=False),
        sa.Column("planned_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        comment="When nobody calls at a counter; no `weekdays`: on `from_on` alone.",
    )
    op.create_index("ix_planned_absence_hall", "planned_absence", ["hall", "removed_at"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("planned_absence")
