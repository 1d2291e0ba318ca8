"""Withdraw targets

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "target_withdrawal",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("decided_on", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_withdrawal")),
    )
    op.create_index("ix_target_withdrawal_hall", "target_withdrawal", ["hall"])


def downgrade() -> None:
    op.drop_index("ix_target_withdrawal_hall", "target_withdrawal")
    op.drop_table("target_withdrawal")
