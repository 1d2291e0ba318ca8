"""Type figures that a hall does not measure

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Values that people enter, with their source."""
    op.create_table(
        "typed_figure",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("value", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("is_from_other_tool", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_figure")),
        comment="Values that people enter because the hall does not measure them.",
    )
    op.create_index("ix_typed_figure_hall", "typed_figure", ["hall"])


def downgrade() -> None:
    """Halls have measured figures only again."""
    op.drop_table("typed_figure")
