"""Know what each screen showed at which hour of the last 60 days

Revision ID: 0103
Revises: 0102
"""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, empty at first: a row for each report of a screen."""
    op.create_table(
        "display_interval",
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("intervals", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("screen", "ended_at", "record", "last_number", name="pk_display_interval"),
        comment="What a screen showed at which hour, a row a report; not a projection, deleted after"
        " 60 days.",
    )
    op.create_index("ix_display_interval_ended_at", "display_interval", ["ended_at"])


def downgrade() -> None:
    """Only the sums by day stay known."""
    op.drop_table("display_interval")
