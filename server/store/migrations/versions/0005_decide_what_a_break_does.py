"""Decide what a break does

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "break_decision",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("business_day", sa.String(10), nullable=False),
        sa.Column("half_day", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(12), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_decision")),
        comment="What was chosen for those who still wait at a break; the last choice holds.",
    )
    op.create_index("ix_break_decision_day", "break_decision", ["hall", "business_day"])


def downgrade() -> None:
    op.drop_table("break_decision")
