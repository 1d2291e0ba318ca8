"""Know the agent of each kiosk

Revision ID: 0101
Revises: 0100
"""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row for each kiosk that ever had an agent."""
    op.create_table(
        "kiosk_agent",
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("incarnation", sa.String(64), nullable=False),
        sa.Column("program", sa.String(40), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("refused_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("kiosk", name="pk_kiosk_agent"),
        comment="Which incarnation of its agent each kiosk has, and when a second one was refused last.",
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("kiosk_agent")
