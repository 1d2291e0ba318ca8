"""Prove what screens showed

Revision ID: 0014
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was proved before."""
    op.create_table(
        "display",
        sa.Column("notice", sa.String(64), nullable=False),
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("shown_on", sa.String(10), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("shown_ms", sa.BigInteger(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("notice", "screen", "shown_on", name="pk_display"),
        comment="How long a notice was seen on a screen on a local date; folded from facts.",
    )
    op.create_table(
        "display_record",
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("screen", "record", name="pk_display_record"),
        comment="Up to which number of a player's record its displays are counted.",
    )


def downgrade() -> None:
    """Takes the sums away; the facts stay."""
    op.drop_table("display_record")
    op.drop_table("display")
