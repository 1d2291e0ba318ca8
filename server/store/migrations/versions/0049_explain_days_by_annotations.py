"""Explain days by annotations

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remarks that explain the figures of a day."""
    op.create_table(
        "day_annotation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("words", sa.String(60), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("annotated_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_annotation")),
        comment="Remarks that explain the figures of a day.",
    )
    op.create_index("ix_day_annotation_day", "day_annotation", ["hall", "day"])


def downgrade() -> None:
    """Days have no annotations again."""
    op.drop_table("day_annotation")
