"""Note when panels are off

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The intervals in which the panel of a screen was off on purpose."""
    op.create_table(
        "panel_rest",
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "screen", "began_at", name=op.f("pk_panel_rest")),
        comment="Intervals in which the panel of a screen was off on purpose, by checks every two minutes.",
    )


def downgrade() -> None:
    """Nobody knows any more when panels were off."""
    op.drop_table("panel_rest")
