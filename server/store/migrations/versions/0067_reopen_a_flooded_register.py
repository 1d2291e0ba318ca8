"""Reopen a flooded register

Revision ID: 0067
Revises: 0066
"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Registers that somebody reopens after a flood count entries from then on."""
    op.create_table(
        "register_reopening",
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("reopened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall", name=op.f("pk_register_reopening")),
        comment="When somebody last reopened a register that a flood had filled: entries count from then on.",
    )


def downgrade() -> None:
    """Entries count for 24 hours, whatever somebody does."""
    op.drop_table("register_reopening")
